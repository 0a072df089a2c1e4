import { useEffect, useRef } from "react";
import { type Schema, api, got } from "../../api";
import type { Draft } from "./draft";

/** After so long without typing the server is asked, in milliseconds. */
const QUIET = 400;

/** Has the server look at what is written while it is: it knows of names that are taken, roles that there are, and what one may give. */
export function useValidating(draft: Draft, { id, isWanted }: { id: string | undefined; isWanted: boolean }): void {
  const tell = useRef(draft.tellServer);
  tell.current = draft.tellServer;
  const { text, value } = draft;
  const isReadable = draft.broken === undefined;
  const document = useRef(value);
  document.current = value;
  useEffect(() => {
    if (!isWanted || !isReadable) return undefined;
    const asking = new AbortController();
    const timer = setTimeout(() => {
      validate(document.current, id, asking.signal).then(
        ({ errors }) => tell.current(errors.map(({ pointer, message, character }) => ({ pointer, message, ...(character === undefined || character === null ? {} : { character }) })), text),
        // Saving says it, where the server cannot say it now.
        () => undefined,
      );
    }, QUIET);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [text, id, isReadable, isWanted]);
}

async function validate(value: Record<string, unknown>, id: string | undefined, signal: AbortSignal): Promise<Schema<"RoleValidation">> {
  const body = value as unknown as Schema<"RoleEntry">;
  if (id === undefined) return got(await api.POST("/api/v1/roles/validate", { body, signal }));
  return got(await api.POST("/api/v1/roles/{id}/validate", { params: { path: { id } }, body, signal }));
}
