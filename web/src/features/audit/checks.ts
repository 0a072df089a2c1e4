import type { AuditKeys, ConsistencyVerdict } from "@casemate/sdk/audit";
import { ApiError, type Schema, api, got } from "../../api";
import type { Checked } from "./verdict";

/** A key that an auditor gave: for as long as the page is open, and nowhere else. */
let pasted = "";
/** The newest checkpoint that this page saw of each log. */
const seen = new Map<string, string>();

export function pastedKey(): string {
  return pasted;
}

export function pasteKey(text: string): void {
  pasted = text.trim();
}

/** The WebAssembly is loaded when somebody checks something for the first time. */
const checker = () => import("@casemate/sdk/audit");

export const originOf = (checkpoint: string) => checkpoint.split("\n")[0] ?? "";
export const sizeOf = (checkpoint: string) => Number(checkpoint.split("\n")[1]);

/** The keys that are trusted: those that were pasted, or those that the server says. */
async function keys(): Promise<{ key: AuditKeys; from: Checked["from"] }> {
  if (pasted !== "") return { key: pasted, from: "pasted" };
  return { key: got(await api.GET("/api/v1/audit-log/key")), from: "server" };
}

/** How long an event of this moment may wait to be signed for, in milliseconds, and how often it is asked. */
const WAIT = 600;
const TIMES = 5;

async function proofOf(id: number): Promise<Schema<"AuditEventProof">> {
  for (let time = 1; ; time += 1) {
    try {
      return got(await api.GET("/api/v1/audit-events/{id}/proof", { params: { path: { id: String(id) } } }));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503) || time >= TIMES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT));
    }
  }
}

/** Checks here that an event stands in the log as it is shown. */
export async function checkEvent(detail: Schema<"AuditEventDetail">): Promise<Checked> {
  const [{ verifyEvent }, proof, { key, from }] = await Promise.all([checker(), proofOf(detail.event.id), keys()]);
  const event = await verifyEvent({ proof, event: detail, key });
  const went = seen.has(originOf(proof.checkpoint)) ? await checkWent(proof.checkpoint, key) : undefined;
  // What an event was proved with is signed.
  if (went === undefined && event.verdict === "proved") seen.set(originOf(proof.checkpoint), proof.checkpoint);
  return { event, from, proof, went };
}

/**
 * Whether the log of a checkpoint goes on from the one that was seen before; of the first that is seen, whether it is signed. The newer
 * of them is remembered where that is so.
 */
async function checkWent(checkpoint: string, key: AuditKeys): Promise<ConsistencyVerdict> {
  const origin = originOf(checkpoint);
  const before = seen.get(origin) ?? checkpoint;
  const { verifyConsistency } = await checker();
  const [from, to] = [sizeOf(before), sizeOf(checkpoint)];
  const proof = to > from && from > 0 ? got(await api.GET("/api/v1/audit-log/consistency", { params: { query: { from: String(from), to: String(to) } } })) : undefined;
  const verdict = await verifyConsistency({ older: before, newer: checkpoint, key, ...(proof ? { proof } : {}) });
  if (verdict.verdict === "proved") seen.set(origin, checkpoint);
  return verdict;
}

/** Reads the newest checkpoint, and holds it against what was seen before. */
export async function checkLog(checkpoint: string): Promise<{ went: ConsistencyVerdict; from: Checked["from"]; isFirst: boolean }> {
  const { key, from } = await keys();
  const isFirst = !seen.has(originOf(checkpoint));
  return { went: await checkWent(checkpoint, key), from, isFirst };
}
