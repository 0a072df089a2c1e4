import { useQueries, useQuery } from "@tanstack/react-query";
import { ApiError, type Schema, api, got, tenantInUrl, useMay, useMe, useSearch } from "../../api";

/** How often what needs attention is read anew, in milliseconds. */
const EVERY = 60_000;
/** How many of each are shown, and read. */
export const SHOWN = 5;
const COUNTED = 100;
/** How far ahead ends are looked for, in days. */
export const AHEAD = 14;
/** Namespaces that are counted, at most. */
const NAMESPACES = 8;

/** Whether the page is about the tenant where what is said of the whole installation stands. */
export function useIsInstallation(): boolean {
  const me = useMe();
  return (tenantInUrl() ?? me.tenant) === "default";
}

export function useOpenAlerts() {
  const isInstallation = useIsInstallation();
  const enabled = useMay()("casemate.alert.list") && isInstallation;
  return { enabled, ...useSearch("/api/v1/alerts/search", { state: "open" }, { enabled, limit: COUNTED, everyMs: EVERY }) };
}

export function useEndingKeys() {
  const enabled = useMay()("casemate.api-key.list");
  return { enabled, ...useSearch("/api/v1/api-keys/search", { expiring_days: AHEAD }, { enabled, limit: COUNTED, everyMs: EVERY }) };
}

export function useEndingAssignments() {
  const enabled = useMay()("casemate.access-review.list");
  return { enabled, ...useSearch("/api/v1/access-review/search", { expiring_days: AHEAD }, { enabled, limit: COUNTED, everyMs: EVERY }) };
}

/** How long a decision of an access review counts, in days. */
export const REVIEWED = 90;
/** How often all that is held is counted anew, in milliseconds. */
const COUNTED_EVERY = 300_000;

/** How many assignments were not reviewed lately, or changed since. */
export function usePendingReviews() {
  const enabled = useMay()("casemate.access-review.list");
  // Of a whole day, so that it is the same question until midnight.
  const since = new Date(Math.floor(Date.now() / 86_400_000 - REVIEWED) * 86_400_000).toISOString();
  const { data, error, isLoading } = useQuery({
    queryKey: ["/api/v1/access-review/progress", since],
    enabled,
    staleTime: COUNTED_EVERY,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/access-review/progress", { params: { query: { since } }, signal })),
  });
  return { enabled, error, isLoading, count: data && data.open + data.changed, isWhole: data?.complete === true };
}

export function useBlocks() {
  const isInstallation = useIsInstallation();
  const enabled = useMay()("casemate.block.list") && isInstallation;
  return { enabled, ...useSearch("/api/v1/blocks/search", { sort: "-blocked_at" }, { enabled, limit: COUNTED, everyMs: EVERY }) };
}

export function useLastSignIns() {
  const isInstallation = useIsInstallation();
  const enabled = useMay()("casemate.audit-event.list") && isInstallation;
  return { enabled, ...useSearch("/api/v1/audit-events/search", { action: "casemate.session.begin", installation: true }, { enabled, limit: 7, everyMs: EVERY }) };
}

/** Whose sign-in an event tells of: theirs who came in, or that of the account that was tried. */
export function whoseSignIn(event: Schema<"AuditEvent">): string {
  return event.actor.id || (event.resource.type === "user" ? (event.resource.id ?? "") : "");
}

/** What users are called, by their ids, as far as they are known by now. */
export function useLogins(ids: string[]): Record<string, string> {
  const may = useMay()("casemate.user.read");
  const users = [...new Set(ids)].filter((id) => id.startsWith("usr_"));
  const known = useQueries({
    queries: users.map((id) => ({
      queryKey: ["/api/v1/users/{id}", id],
      enabled: may,
      staleTime: 300_000,
      queryFn: async ({ signal }: { signal: AbortSignal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id } }, signal })),
    })),
  });
  return Object.fromEntries(users.flatMap((id, index) => (known[index]?.data ? [[id, known[index].data.login]] : [])));
}

/** How many decisions were denials since a day ago: in all, and in each namespace of applications. */
export function useDenials() {
  const may = useMay();
  const enabled = may("casemate.audit-event.list") && may("casemate.permission.read");
  const schemas = useQuery({
    queryKey: ["/api/v1/permissions/schemas"],
    enabled,
    staleTime: 300_000,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/permissions/schemas", { signal })),
  });
  const namespaces = (schemas.data?.items ?? []).flatMap(({ application, schema }) => {
    const { title, namespaces: names } = (schema["application"] ?? {}) as { title?: string; namespaces?: string[] };
    return application === "casemate" ? [] : (names ?? []).map((namespace) => ({ application: title ?? application, namespace }));
  });
  const counts = useQueries({
    queries: ["", ...namespaces.slice(0, NAMESPACES).map(({ namespace }) => namespace)].map((namespace) => ({
      queryKey: ["denials", namespace, tenantInUrl() ?? ""],
      enabled,
      refetchInterval: EVERY,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const since = new Date(Date.now() - 86_400_000).toISOString();
        return got(await api.POST("/api/v1/audit-events/count", { body: { search: { kind: "decision", outcome: "denied", since, ...(namespace === "" ? {} : { action: `${namespace}.*` }) } as Schema<"EventSearch"> }, signal }));
      },
    })),
  });
  const [all, ...each] = counts;
  return {
    enabled,
    /** Whether it is not known yet which namespaces there are. */
    isNaming: schemas.isPending,
    isLoading: schemas.isPending || counts.some((count) => count.isPending),
    error: schemas.error ?? counts.find((count) => count.error)?.error ?? null,
    all: all?.data,
    each: namespaces.slice(0, NAMESPACES).map((one, index) => ({ ...one, count: each[index]?.data?.count })),
  };
}

/** How the server is, as monitors see it. It answers 503 with the same words where it cannot answer. */
export function useHealth() {
  const enabled = useMay()("casemate.health.read");
  const query = useQuery({
    queryKey: ["/readyz?verbose"],
    enabled,
    refetchInterval: EVERY / 2,
    queryFn: async ({ signal }) => {
      const response = await fetch("/readyz?verbose", { signal, headers: { Accept: "application/json" } });
      const value = (await response.json()) as Record<string, unknown>;
      if (!("ready" in value)) throw new ApiError(response.status, value, response.headers);
      return value as unknown as Schema<"Readiness">;
    },
  });
  return { enabled, data: query.data, error: query.error, isPending: query.isPending, retry: () => void query.refetch() };
}

/** What an installation begins with, and whether it is there. */
export function useBeginning() {
  const may = useMay();
  const isInstallation = useIsInstallation();
  const enabled = isInstallation && may("casemate.application.list") && may("casemate.assignment.list") && may("casemate.user.list");
  const applications = useSearch("/api/v1/applications/search", {}, { enabled, limit: 2 });
  const users = useSearch("/api/v1/users/search", {}, { enabled, limit: 2 });
  const providers = useSearch("/api/v1/providers/search", {}, { enabled: enabled && may("casemate.provider.list"), limit: 2 });
  const assignments = useSearch("/api/v1/assignments/search", {}, { enabled, limit: 2 });
  const isKnown = enabled && [applications, users, assignments].every((list) => !list.isLoading && !list.error);
  return {
    isKnown,
    isReading: enabled && [applications, users, providers, assignments].some((list) => list.isLoading),
    hasApplication: applications.items.some((application) => application.origin !== "built-in"),
    // The administrator who looks at it is one.
    hasPeople: users.items.length > 1 || providers.items.some((provider) => provider.origin !== "built-in"),
    hasAssignment: assignments.items.length > 1,
  };
}

/** Whether any list is not there yet that takes a place of its own on the page. */
export function useIsReading(): boolean {
  const lists = [useOpenAlerts(), useEndingKeys(), useEndingAssignments(), useBlocks(), useLastSignIns()];
  const denials = useDenials();
  return lists.some((list) => list.enabled && list.isLoading) || (denials.enabled && denials.isNaming);
}
