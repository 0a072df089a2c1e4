import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, got } from "./client";
import { ApiError } from "./error";
import { mayDo } from "./patterns";
import { tenantInUrl } from "./tenant";

/** Who the API says is there. */
export interface Me {
  type: string;
  provider: string;
  id?: string;
  display_name?: string;
  login?: string;
  tenant: string;
  groups: string[];
  claims: Record<string, unknown>;
  /** How they signed in, where the provider says it; `time` is when they last proved who they are. */
  auth?: { amr?: string[]; acr?: string; time?: string };
}

/** The key of who is there among what was read. */
export const ME = ["/api/v1/me"];

/** Who is there now, whatever was read before. */
export async function readMe(signal?: AbortSignal): Promise<Me> {
  return got(await api.GET("/api/v1/me", signal ? { signal } : {})) as unknown as Me;
}

export const meQuery = queryOptions({
  queryKey: ME,
  queryFn: async ({ client, signal }) => {
    const me = await readMe(signal);
    const before = client.getQueryData<Me>(ME);
    // Whoever was there is not made nobody while a form may be open: their session ended.
    if (me.type === "anonymous" && before !== undefined && before.type !== "anonymous") throw new ApiError(401, { code: "unauthenticated", title: "Your session has ended" });
    return me;
  },
  staleTime: 60_000,
});

/** Who is signed in. The shell shows nothing of a page before it is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (data === undefined) throw new Error("useMe is for what stands inside the shell");
  return data;
}

export const permissionsQuery = (tenant = tenantInUrl()) =>
  queryOptions({
    queryKey: ["/api/v1/identity/permissions", tenant ?? ""],
    queryFn: async ({ client, signal, queryKey }) => {
      const now = got(await api.GET("/api/v1/identity/permissions", { signal, ...(tenant === undefined ? {} : { params: { header: { "Casemate-Tenant": tenant } } }) }));
      const before = client.getQueryData<typeof now>(queryKey);
      // Others than before may be those of nobody, since a session ended: then a form that stands open keeps what it is allowed.
      if (before !== undefined && JSON.stringify(before.permissions) !== JSON.stringify(now.permissions)) await client.fetchQuery({ ...meQuery, staleTime: 0 });
      return now;
    },
    staleTime: 60_000,
  });

/** As `useAllowed`, of a tenant that may be another than that of the page. */
export function useAllowedIn(tenant: string, permission: string): boolean | undefined {
  const { data } = useQuery(permissionsQuery(tenant));
  return data && mayDo(data.permissions, permission, Date.now());
}

/**
 * Whether whoever is signed in may do something in the tenant of the page; `undefined` while that is not known. It decides
 * what is shown: what happens, the server decides.
 */
export function useAllowed(permission: string | undefined): boolean | undefined {
  const { data } = useQuery(permissionsQuery());
  if (permission === undefined) return true;
  return data && mayDo(data.permissions, permission, Date.now());
}

/** Whether it is known what whoever is there may do, or known that it cannot be read. */
export function useAreRightsKnown(): boolean {
  const { data, isError } = useQuery(permissionsQuery());
  return data !== undefined || isError;
}

/** As `useAllowed`, of many: what is asked for is a function. */
export function useMay(): (permission: string | undefined) => boolean {
  const { data } = useQuery(permissionsQuery());
  return (permission) => permission === undefined || (data !== undefined && mayDo(data.permissions, permission, Date.now()));
}
