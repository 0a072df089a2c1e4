export * from "./errors.js";
export * from "./question.js";
export type { Attributes, Permission, PermissionName, Register, ResourceType, Vocabulary } from "./vocabulary.js";
export { type Answer, type Ask, type CheckAnswer, Client, type ClientOptions, type RemoteFilterAnswer } from "./client/client.js";
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
