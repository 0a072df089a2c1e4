import { type QueryClient, type UseQueryResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, got, ifMatch } from "./client";
import type { ApiError } from "./error";
import { useAllowed } from "./me";

/** Something administered that is a document with a name: made, changed and deleted as a whole. */
export interface Stored<D> {
  id: string;
  name: string;
  tenant: string;
  /** Who manages it: empty for whoever may change it here. */
  origin: string;
  revision: number;
  created_at: string;
  updated_at: string;
  document: D;
}

/** Where such documents are. */
export type StoredPath =
  | "/api/v1/providers"
  | "/api/v1/sources"
  | "/api/v1/audit-sinks"
  | "/api/v1/alert-receivers"
  | "/api/v1/detections"
  | "/api/v1/event-types"
  | "/api/v1/event-ceilings"
  | "/api/v1/settings";

/** The key of one of them among what was read. */
export const storedKey = (path: StoredPath, id: string) => [`${path}/{id}`, id];

/** Has all that was read of a kind read anew. */
export async function storedChanged(queries: QueryClient, path: StoredPath): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: [`${path}/search`] }), queries.invalidateQueries({ queryKey: [`${path}/{id}`] })]);
}

/** One of them. */
export function useStored<D>(path: StoredPath, id: string, options: { enabled?: boolean } = {}): UseQueryResult<Stored<D>, ApiError> {
  return useQuery({ queryKey: storedKey(path, id), enabled: options.enabled ?? true, queryFn: ({ signal }) => readStored<D>(path, id, signal) });
}

export async function readStored<D>(path: StoredPath, id: string, signal?: AbortSignal): Promise<Stored<D>> {
  return got((await api.GET(`${path}/{id}` as never, { params: { path: { id } }, signal } as never)) as { data?: Stored<D> }) as Stored<D>;
}

/** Makes one, or changes the one that was read: nothing that was changed since is overwritten. */
export async function writeStored<D>(path: StoredPath, entry: Pick<Stored<D>, "id" | "revision"> | undefined, document: D): Promise<Stored<D>> {
  const answer = entry
    ? await api.PUT(`${path}/{id}` as never, { params: { path: { id: entry.id }, header: ifMatch(entry) }, body: document } as never)
    : await api.POST(path as never, { body: document } as never);
  return got(answer as { data?: Stored<D> }) as Stored<D>;
}

export async function deleteStored(path: StoredPath, entry: Pick<Stored<unknown>, "id" | "revision">): Promise<void> {
  await api.DELETE(`${path}/{id}` as never, { params: { path: { id: entry.id }, header: ifMatch(entry) } } as never);
}

/**
 * What a form is about, as it was when the form was opened. What is shown behind a form is read anew now and then: with the revision
 * of that, a form would overwrite what it never showed.
 */
export function useOpened<E>(entry: E): E {
  const [opened] = useState(entry);
  return opened;
}

/**
 * Saves a form, over the entry that it was opened with: what lists and pages show of it is read anew before `onSaved`. A form that stays
 * where it is goes on over what was saved.
 */
export function useSave<D>(path: StoredPath, entry: Stored<D> | undefined, onSaved: (saved: Stored<D>) => void) {
  const queries = useQueryClient();
  const [opened, setOpened] = useState(entry);
  /** Whether what was typed is kept, and may be left. */
  const wasSaved = useRef(false);
  const save = useMutation<Stored<D>, ApiError, D>({
    // What is sent may hold secrets.
    gcTime: 0,
    mutationFn: (document) => writeStored(path, opened, document),
    onSuccess: async (saved) => {
      await storedChanged(queries, path);
      save.reset();
      wasSaved.current = true;
      if (opened !== undefined) setOpened(saved);
      onSaved(saved);
    },
  });
  return {
    ...save,
    path,
    opened,
    wasSaved,
    /** Goes on over a newer one. */
    over: (newer: Stored<D>) => {
      setOpened(newer);
      save.reset();
    },
  };
}

export type Saving<D> = ReturnType<typeof useSave<D>>;

/** What whoever is signed in may do with documents of a kind: `useMayWrite("audit-sink")`. */
export function useMayWrite(kind: string): { create: boolean; update: boolean; delete: boolean } {
  return {
    create: useAllowed(`casemate.${kind}.create`) === true,
    update: useAllowed(`casemate.${kind}.update`) === true,
    delete: useAllowed(`casemate.${kind}.delete`) === true,
  };
}
