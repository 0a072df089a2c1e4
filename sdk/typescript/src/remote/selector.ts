import type { Known } from "./wire.js";
import { isObject } from "../client/transport.js";
import { revisionOf } from "./wire.js";
import { parse } from "../json.js";

/** A change of what decides. */
export interface Change {
  revision: number;
  /** Whether schemas are others. */
  schemas: boolean;
  /** Of whom it may not be so any more. */
  affected: "everybody" | readonly unknown[];
}

/** Reads what an event says. What cannot be read is taken for what costs more. */
export function readChange(data: string): Change {
  const json = parse(data);
  const revision = revisionOf(json);
  const { affected, everybody, schemas } = json as Record<string, unknown>;
  return {
    revision,
    schemas: schemas !== false,
    affected: Array.isArray(affected) && everybody !== true ? affected : "everybody",
  };
}

/** Whether what is known of somebody may be other now. */
export function mayMean({ affected }: Change, known: Known): boolean {
  return affected === "everybody" || affected.some((selector) => means(selector, known));
}

/**
 * Whether a selector may mean somebody. Types and tenants are left out: a user whom the directory comes to know may have been of
 * others until then, and asking once too often costs little.
 */
function means(selector: unknown, { identity, directoryId, credential }: Known): boolean {
  // An API key holds what its account holds, and what anonymous holds is not told of anybody.
  if (identity.type === "api-key" || identity.type === "anonymous") return true;
  if (!isObject(selector)) return true;
  const text = (name: string) => (typeof selector[name] === "string" ? selector[name] : undefined);
  const id = text("identity");
  if (id !== undefined) return directoryId === id;
  const name = text("credential");
  if (name !== undefined) return credential === name;
  const provider = text("provider");
  // One that this version does not understand may mean anybody.
  if (provider === undefined) return true;
  const isOf = (identity.provider ?? "") === provider;
  const [subject, login, group] = [text("subject"), text("login"), text("group")];
  const said = [subject, login, group].filter((member) => member !== undefined).length;
  if (said > 1) return true;
  if (subject !== undefined) return isOf && identity.id === subject;
  if (login !== undefined) return isOf && identity.login === login;
  if (group !== undefined) return isOf && (identity.groups ?? []).includes(group);
  if (typeof selector["without_id"] !== "boolean") return true;
  return isOf && (!selector["without_id"] || directoryId === undefined);
}
