import * as bindings from "../wasm/audit.js";
import { EngineError } from "./errors.js";
import { stringify } from "./json.js";
import { type WasmSource, loader } from "./wasm.js";

export type { WasmSource } from "./wasm.js";

/**
 * The keys that you trust, each as `NAME+ID+KEY`: one, several (also with white space between them), or what
 * `GET /api/v1/audit-log/key` answers. One of the log is needed; those of witnesses have their cosignatures checked.
 */
export type AuditKeys = string | readonly string[] | { readonly keys: readonly string[]; readonly witnesses?: readonly string[] };

/** How a step ended; `skipped` where there was nothing to check, or what it needs could not be read. */
export type StepOutcome = "passed" | "failed" | "skipped";

/** A step of a check. */
export interface AuditStep<Name extends string> {
  step: Name;
  outcome: StepOutcome;
  /** What was found, for people. */
  says: string;
  /** The word for what is wrong, as `casemate audit verify` says it. */
  wrong?: string;
  /** What whoever finds it does next. */
  next?: string;
}

/** A line by which a witness says that it saw a checkpoint. */
export interface Cosignature {
  witness: string;
  /** Whether it was checked with a key that was given. */
  verified: boolean;
  /** When, by the witness's clock (RFC 3339); of one that was checked. */
  at: string | null;
}

/** A checkpoint, as far as it could be read. */
export interface SignedCheckpoint {
  /** The name of the log. */
  origin: string;
  /** How many events it is about. */
  size: number;
  /** The root of their tree, in base64. */
  root: string;
  /** The key that signed it, of those that were given; nothing where none did. */
  key: string | null;
  cosignatures: Cosignature[];
}

interface Verdict<Name extends string> {
  /** `proved` where every step that is needed passed, and none failed. */
  verdict: "proved" | "not proved";
  /** One sentence for people. */
  summary: string;
  /** Each step, in the order of `Name`. */
  steps: AuditStep<Name>[];
}

/** The steps of an event's check, in their order. `event` is what is shown against what was recorded. */
export type EventStep = "key" | "proof" | "checkpoint" | "event" | "leaf" | "inclusion" | "cosignatures";

/** What checking one event comes to. */
export interface EventVerdict extends Verdict<EventStep> {
  /** The event's place in the log, as the proof says. */
  id: number | null;
  /** Whether only its leaf is there, since its text was erased. */
  erased: boolean;
  /** What stands in the log's tree of it, in base64. */
  leaf: string | null;
  /** The checkpoint that the proof leads to. */
  checkpoint: SignedCheckpoint | null;
}

/** The steps of comparing two checkpoints, in their order. */
export type ConsistencyStep = "key" | "older" | "newer" | "proof" | "consistency" | "cosignatures";

/** What comparing two checkpoints comes to. */
export interface ConsistencyVerdict extends Verdict<ConsistencyStep> {
  /** The checkpoint that was seen before. */
  older: SignedCheckpoint | null;
  /** The one that is told now. */
  newer: SignedCheckpoint | null;
}

/** What an event is checked by. */
export interface EventCheck {
  /** What `GET /api/v1/audit-events/{id}/proof` answers, or the text of the file that `casemate audit prove` wrote. */
  proof: string | object;
  /** What is shown of the event: what `GET /api/v1/audit-events/{id}` answers, or an event of a list. */
  event?: string | object | undefined;
  key: AuditKeys;
}

/** What two checkpoints are compared by. */
export interface ConsistencyCheck {
  /** The checkpoint that was seen before: the signed note. */
  older: string;
  /** The one that is told now. */
  newer: string;
  /** What `GET /api/v1/audit-log/consistency` answers; not needed where both are of the same events, or the older of none. */
  proof?: string | object | undefined;
  key: AuditKeys;
}

const load = loader(bindings, new URL("../wasm/audit_bg.wasm", import.meta.url), "what checks the audit log");

/** More than this no text may have, whose length the check itself judges. */
const MOST_CHARACTERS = 16 << 20;

/**
 * Loads the WebAssembly from somewhere else than the package's own file, or before it is needed. Without it, the first check loads it.
 */
export async function loadAudit(source?: WasmSource): Promise<void> {
  await load(source);
}

/**
 * Checks here, not on a server, that an event stands in the log: that the checkpoint is signed by a key that you trust, and that the
 * event's text leads to its root; and, where you say what is shown of the event, that it is what was recorded. Whatever comes in, there is
 * a verdict; an `EngineError` is thrown where the WebAssembly cannot be loaded.
 */
export async function verifyEvent({ proof, event, key }: EventCheck): Promise<EventVerdict> {
  const { verify_event } = await load();
  return run<EventVerdict>(() => verify_event(text(proof), text(event), keys(key)));
}

/** Checks here, not on a server, that the log of a newer checkpoint goes on where an older one ended: nothing before it was changed. */
export async function verifyConsistency({ older, newer, proof, key }: ConsistencyCheck): Promise<ConsistencyVerdict> {
  const { verify_consistency } = await load();
  return run<ConsistencyVerdict>(() => verify_consistency(text(older), text(newer), text(proof), keys(key)));
}

function text(value: string | object | undefined): string {
  if (value === undefined) return "";
  const json = typeof value === "string" ? value : stringify(value);
  // One that is longer is refused as too long, without all of it being copied.
  return json.slice(0, MOST_CHARACTERS);
}

function keys(key: AuditKeys): string {
  if (typeof key === "string") return text(key);
  // An answer that tells no keys, such as a problem, is no key: the step that looks at it says so.
  const told: Partial<Exclude<AuditKeys, string | readonly string[]>> = isList(key) ? { keys: key } : (key ?? {});
  return text([...(told.keys ?? []), ...(told.witnesses ?? [])].join("\n"));
}

/** `Array.isArray` does not tell a list that is only read. */
function isList(key: Exclude<AuditKeys, string>): key is readonly string[] {
  return Array.isArray(key);
}

function run<T>(work: () => string): T {
  try {
    return JSON.parse(work()) as T;
  } catch {
    throw new EngineError("engine_failed", "the check itself failed; nothing is proved by that");
  }
}
