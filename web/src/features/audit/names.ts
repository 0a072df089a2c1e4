import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, got, useMay, useMe } from "../../api";

const HOUR = 3_600_000;
/** As many as one request gives: each request is on record, so there is one a visit, not one for each name. */
const MOST = 1000;
const ONCE = { staleTime: HOUR, gcTime: HOUR, retry: false, refetchOnWindowFocus: false } as const;

export interface Somebody {
  provider: string;
  type: string;
  id: string;
  credential?: string | null | undefined;
}

const users = queryOptions({
  queryKey: ["names", "user"],
  ...ONCE,
  queryFn: async ({ signal }) => got(await api.POST("/api/v1/users/search", { body: { limit: MOST }, signal })).items.map((user): [string, string] => [user.id, user.display_name ?? user.login]),
});
const keys = queryOptions({
  queryKey: ["names", "api-key"],
  ...ONCE,
  queryFn: async ({ signal }) => got(await api.POST("/api/v1/api-keys/search", { body: { limit: MOST }, signal })).items.map((key): [string, string] => [key.id, key.title]),
});

/** What people and keys are called, by their ids: as far as whoever looks may see it, and of large directories of some. */
export function useNames(all: readonly (Somebody | null | undefined)[]): ReadonlyMap<string, string> {
  const me = useMe();
  const may = useMay();
  const hasUsers = all.some((one) => one?.type === "user" && one.id.startsWith("usr_") && one.id !== me.id);
  const hasKeys = all.some((one) => one?.type === "api-key");
  const people = useQuery({ ...users, enabled: hasUsers && may("casemate.user.list") }).data;
  const titles = useQuery({ ...keys, enabled: hasKeys && may("casemate.api-key.list") }).data;
  return useMemo(
    () => new Map([...(people ?? []), ...(titles ?? []), ...(me.id === undefined ? [] : [[me.id, me.display_name ?? me.login ?? "You"] as [string, string]])]),
    [people, titles, me],
  );
}
