import { useQuery } from "@tanstack/react-query";
import { api, got, useAllowed } from "../../api";

/** An attribute that a schema declares, or a property of a permission. */
export interface Declared {
  type?: string;
  title?: string;
  description?: string;
  nullable?: boolean;
  when?: string;
  default?: unknown;
  [member: string]: unknown;
}

/** A permission that a schema declares. */
export interface DeclaredPermission {
  name: string;
  title?: string;
  description?: string;
  properties?: Record<string, Declared>;
}

/** A schema as it is in force. Only what pages show is named. */
export interface PermissionSchema {
  application?: { id?: string; title?: string; description?: string; namespaces?: string[]; properties?: string };
  attributes?: Record<string, Declared>;
  permission?: DeclaredPermission[];
}

/** The schemas in force, by application; `undefined` until they are read, and where the caller may not. */
export function useSchemas(): { schemas: ReadonlyMap<string, PermissionSchema> | undefined; isPending: boolean } {
  const enabled = useAllowed("casemate.permission.read") === true;
  const query = useQuery({
    queryKey: ["/api/v1/permissions/schemas"],
    enabled,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/permissions/schemas", { signal })),
  });
  return { schemas: query.data && new Map(query.data.items.map(({ application, schema }) => [application, schema as PermissionSchema])), isPending: enabled && query.isPending };
}
