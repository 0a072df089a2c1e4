import { useQuery } from "@tanstack/react-query";
import { ownHeaders, problemOf } from "./client";
import type { ApiError } from "./error";
import { useAllowed } from "./me";
import type { components } from "./schema";

export type Readiness = components["schemas"]["Readiness"];

/** What the server that answers says of itself, also while it is not ready. */
export function useReadiness({ everyMs = 10_000 }: { everyMs?: number | false } = {}) {
  // Who may not know it does not ask: that would be on record as refused.
  const enabled = useAllowed("casemate.health.read") === true;
  return useQuery<Readiness, ApiError>({
    queryKey: ["/readyz"],
    enabled,
    refetchInterval: everyMs,
    staleTime: 5_000,
    queryFn: async ({ signal }) => {
      const response = await fetch("/readyz?verbose", { headers: { accept: "application/json", ...ownHeaders() }, credentials: "same-origin", signal });
      const isAnswer = (response.ok || response.status === 503) && (response.headers.get("content-type") ?? "").includes("application/json");
      if (!isAnswer) throw await problemOf(response);
      return (await response.json()) as Readiness;
    },
  });
}
