import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, got } from "./client";
import { type ApplicationSchema, readSchema } from "./declared";
import { useAllowed, useAreRightsKnown } from "./me";
import { tenantInUrl } from "./tenant";

const schemasQuery = (isAllowed: boolean) =>
  queryOptions({
    queryKey: ["/api/v1/permissions/schemas", tenantInUrl() ?? ""],
    enabled: isAllowed,
    staleTime: 60_000,
    // What is read refers to itself in many places: comparing it with what was read before would not end.
    structuralSharing: false,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/permissions/schemas", { signal })).items.map(({ application, schema }) => readSchema(application, schema)),
  });

/** What permissions mean, as far as whoever is signed in may read it: nothing is known while it is read, and for who may not. */
export function useSchemas(): { schemas: readonly ApplicationSchema[] | undefined; mayRead: boolean | undefined; isReading: boolean } {
  const areRightsKnown = useAreRightsKnown();
  const mayRead = useAllowed("casemate.permission.read");
  const { data, isLoading } = useQuery(schemasQuery(mayRead === true));
  return { schemas: data, mayRead, isReading: !areRightsKnown || isLoading };
}
