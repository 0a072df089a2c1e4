import type { QueryClient } from "@tanstack/react-query";

/** Reads lists of keys anew, after one of them changed. */
export function readKeysAnew(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: ["/api/v1/api-keys/search"] });
}
