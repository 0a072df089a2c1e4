import { queryOptions } from "@tanstack/react-query";
import { type Schema, api, got, tenantInUrl } from "../../api";

export type Role = Schema<"StoredRoleEntry">;
export type RoleDocument = Schema<"RoleEntry">;
export type Permission = Schema<"PermissionObject">;

/** A role, by its id. */
export const roleQuery = (id: string) =>
  queryOptions({
    queryKey: ["/api/v1/roles/{id}", id],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/roles/{id}", { params: { path: { id } }, signal })),
  });

async function byName(name: string, tenant: string | undefined, signal: AbortSignal): Promise<Role | undefined> {
  const header = tenant === undefined ? {} : { "Casemate-Tenant": tenant };
  const page = got(await api.POST("/api/v1/roles/search", { params: { header }, body: { filters: { name }, limit: 2, sort: "name" }, signal }));
  return page.items.find((role) => role.name === name);
}

/** Roles that a role extends, also those that these do, nearest first; `undefined` where nobody may see it or it is not there. */
export interface Extended {
  name: string;
  /** The role that extends it. */
  by: string;
  role: Role | undefined;
}

/** The most roles that are looked at, as the server has it. */
const MOST = 64;

export const extendedQuery = (role: Role) =>
  queryOptions({
    queryKey: ["/api/v1/roles/search", "extended", role.id, role.revision],
    queryFn: async ({ signal }) => {
      const all: Extended[] = [];
      let level = (role.document.extends ?? []).map((name) => ({ name, by: role.name }));
      while (level.length > 0 && all.length < MOST) {
        const fresh = level.filter(({ name }, index) => !all.some((one) => one.name === name) && level.findIndex((one) => one.name === name) === index);
        const found = await Promise.all(
          fresh.map(async ({ name, by }): Promise<Extended> => ({ name, by, role: (await byName(name, undefined, signal)) ?? (role.tenant === "default" ? undefined : await byName(name, "default", signal).catch(() => undefined)) })),
        );
        all.push(...found);
        level = found.flatMap((one) => (one.role?.document.extends ?? []).map((name) => ({ name, by: one.name })));
      }
      return all;
    },
  });

/** A role as a link where its id is not known. */
export const roleSearch = (name: string): string => `/roles#search=${encodeURIComponent(name)}`;

/** What becomes of the lists after a role was changed. */
export const READ_ANEW: readonly string[] = ["/api/v1/roles/search", "/api/v1/roles/{id}", "/api/v1/access-review/search", "role-history"];

export { tenantInUrl };
