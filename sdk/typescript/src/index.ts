export * from "./errors.js";
export * from "./question.js";
export type { Attributes, Permission, PermissionName, Register, ResourceType, Vocabulary } from "./vocabulary.js";
export { type Answer, type Ask, type CheckAnswer, Client, type ClientOptions, type RemoteFilterAnswer } from "./client/client.js";
export { type About, type Authority, Caller, WithoutAuthorization } from "./remote/caller.js";
export { Audit, AuditBatch, type AuditEvent, type Doer } from "./remote/audit.js";
export type { BreakerSettings } from "./remote/breaker.js";
export type { CacheBounds } from "./remote/cache.js";
export { type Clock, systemClock } from "./remote/clock.js";
export { Credential, type HasHeaders } from "./remote/credential.js";
export { Remote, type RemoteOptions } from "./remote/remote.js";
export { OwnPermissions, type OwnPermissionsOptions } from "./remote/own.js";
export {
  type Asking,
  Catalog,
  type Decision,
  type Description,
  Engine,
  type Explanation,
  type FilterAnswer,
  type Granted,
  type Origin,
  type OrText,
  PermissionSet,
  type SqlAnswer,
  type Time,
  type WasmSource,
} from "./engine/engine.js";
