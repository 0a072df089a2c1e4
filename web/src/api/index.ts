export { api, got, ifMatch } from "./client";
export { ApiError, asApiError } from "./error";
export type { Mistake } from "./error";
export { type Me, useAllowed, useAreRightsKnown, useMay, useMe } from "./me";
export { type Asked, type Listed, type SearchBody, type SearchItem, type SearchPath, listKey, useSearch, withoutEmpty } from "./pages";
export { intersects } from "./overlap";
export { matches } from "./patterns";
export { type ApplicationSchema, type AttributeSchema, type DeclaredPermission, type PropertySchema, covering, grantable, ownerOf, reached, readSchema } from "./declared";
export { useSchemas } from "./schemas";
export type { components, paths } from "./schema";
export { type Readiness, useReadiness } from "./readiness";
export { type Saving, type Stored, type StoredPath, deleteStored, readStored, storedChanged, storedKey, useMayWrite, useOpened, useSave, useStored, writeStored } from "./stored";
export { tenantInUrl } from "./tenant";

import type { components } from "./schema";
/** A schema of the API's description: `Schema<"StoredUser">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
