import { type InfiniteData, type QueryKey, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "./client";
import type { ApiError } from "./error";
import type { paths } from "./schema";

interface Page {
  items: unknown[];
  next?: string | null;
}

interface Searched {
  post: { requestBody?: { content: { "application/json": unknown } }; responses: { 200: { content: { "application/json": Page } } } };
}

/** Addresses that take a search and answer a page of a list. */
export type SearchPath = { [P in keyof paths]: paths[P] extends Searched ? P : never }[keyof paths] & string;
/** What is sent to find something there. */
export type SearchBody<P extends SearchPath> = paths[P] extends { post: { requestBody?: { content: { "application/json": infer B } } } }
  ? Omit<B, "after">
  : never;
/** An entry of the list. */
export type SearchItem<P extends SearchPath> = paths[P] extends { post: { responses: { 200: { content: { "application/json": { items: (infer I)[] } } } } } }
  ? I
  : never;

/** A list that is read page by page: hand it to `<Table>`. */
export interface Listed<T> {
  items: T[];
  /** Nothing is known yet. */
  isLoading: boolean;
  /** Something is being read anew, or the next page is. */
  isFetching: boolean;
  error: ApiError | null;
  hasMore: boolean;
  more: () => void;
  retry: () => void;
}

/** What was asked for, as it is saved or asked for again: hand it to `<ExportMenu>`. */
export interface Asked {
  path: string;
  body: object;
}

/** How many entries a page has, and those after the first `SOON` of a list: whoever goes that far goes on. */
const LIMIT = 100;
const LATER_LIMIT = 500;
const SOON = 1_000;
/** Lists of more pages than this are not read anew, page by page, because the window was come back to. */
const FEW_PAGES = 5;

/**
 * A list of the API, searched: `useSearch("/api/v1/users/search", { search: "ada" })`. Members that are empty are left out.
 * Addresses with parameters take them as the third argument.
 */
export function useSearch<P extends SearchPath>(
  path: P,
  body: SearchBody<P>,
  options: { path?: Record<string, string | number>; enabled?: boolean; limit?: number; everyMs?: number } = {},
): Listed<SearchItem<P>> & { asked: Asked } {
  const filled = useMemo(() => withoutEmpty(body), [JSON.stringify(body)]);
  const query = useInfiniteQuery({
    queryKey: listKey(path, filled, options.path, options.limit),
    initialPageParam: {} as { after?: string; limit?: number },
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
    queryFn: async ({ pageParam, signal }) => {
      const sent = { limit: options.limit ?? LIMIT, ...filled, ...pageParam };
      // The types of addresses and bodies belong together by this function's own.
      const answer = await api.POST(path as never, { body: sent, params: { path: options.path ?? {} }, signal } as never);
      return (answer as { data: Page }).data;
    },
    getNextPageParam: (last, all) => {
      if (!last.next) return undefined;
      const isFar = options.limit === undefined && all.length * LIMIT >= SOON;
      return { after: last.next, ...(isFar ? { limit: LATER_LIMIT } : {}) };
    },
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= FEW_PAGES,
  });
  const asked = useMemo(() => ({ path: filledIn(path, options.path), body: filled }), [path, filled, JSON.stringify(options.path)]);
  return { ...listed<SearchItem<P>>(query as never), asked };
}

/** The key of a list among what was read: `queryClient.invalidateQueries({ queryKey: ["/api/v1/users/search"] })` reads all of it anew. */
export function listKey(path: string, body?: object, parameters?: object, limit?: number): QueryKey {
  return [path, body ?? {}, parameters ?? {}, limit ?? LIMIT];
}

function listed<T>(query: UseInfiniteQueryResult<InfiniteData<Page>, ApiError>): Listed<T> {
  const items = useMemo(() => (query.data?.pages.flatMap((page) => page.items) ?? []) as T[], [query.data]);
  return {
    items,
    isLoading: query.isPending,
    isFetching: query.isFetching,
    error: query.error,
    hasMore: query.hasNextPage,
    more: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    retry: () => void query.refetch(),
  };
}

function filledIn(path: string, parameters: Record<string, string | number> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters[name] ?? "")));
}

/** Without members that say nothing: empty texts, `undefined`, `null`. */
export function withoutEmpty(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== null && value !== ""));
}
