import type { AuditStep, ConsistencyVerdict, EventVerdict } from "@casemate/sdk/audit";
import type { Schema } from "../../api";

/** What was found out in this browser. */
export interface Checked {
  event: EventVerdict;
  /** Whether the log went on from the checkpoint that was seen before in this visit. */
  went: ConsistencyVerdict | undefined;
  /** Where the key came from. */
  from: "server" | "pasted";
  proof: Schema<"AuditEventProof">;
}

/** What a step is called for people. */
export const STEPS: Record<string, string> = {
  key: "Key",
  proof: "Proof",
  checkpoint: "Signature",
  event: "What is shown",
  leaf: "Commitment",
  inclusion: "Way to the root",
  cosignatures: "Witnesses",
  older: "Earlier checkpoint",
  newer: "New checkpoint",
  consistency: "Consistency",
};

/** The steps of an event, and at their end that the log went on. */
export function stepsOf({ event, went }: Checked): AuditStep[] {
  const failed = went?.steps.find((step) => step.outcome === "failed");
  const last: AuditStep =
    went === undefined
      ? { step: "consistency", outcome: "skipped", says: "It is the first checkpoint that this page saw in this visit, and is remembered for the next check." }
      : { ...(failed ?? {}), step: "consistency", outcome: went.verdict === "proved" ? "passed" : "failed", says: failed?.says ?? went.summary };
  return [...event.steps, last];
}

/** What a check may be called: only a key that did not come from the server proves what the server says. */
export function verdictOf(checked: Checked): { is: "proved" | "agrees" | "not"; says: string } {
  if (!isProved(checked)) return { is: "not", says: "Not proved" };
  return checked.from === "pasted" ? { is: "proved", says: "Proved" } : { is: "agrees", says: "Agrees with itself" };
}

/** What was found out of a checkpoint in this browser. */
export interface CheckedLog {
  /** The checkpoint itself. */
  text: string;
  isProved: boolean;
  from: Checked["from"];
}

/** What the checkpoint that is shown may be called: nothing is said of one that nobody checked. What failed stays until the next check. */
export function logVerdictOf(checked: CheckedLog | undefined, shown: string): { is: "proved" | "agrees" | "not" | "unknown"; says: string } {
  if (checked !== undefined && !checked.isProved) return { is: "not", says: "Check failed" };
  if (checked?.text !== shown) return { is: "unknown", says: "Signature not checked yet" };
  return checked.from === "pasted" ? { is: "proved", says: "Signature verified" } : { is: "agrees", says: "Agrees with itself" };
}

/** Which steps of it were left out, as they are called. */
export function skippedOf(checked: Checked): string[] {
  return stepsOf(checked).flatMap(({ step, outcome }) => (outcome === "skipped" ? [STEPS[step] ?? step] : []));
}

export function isProved({ event, went }: Checked): boolean {
  return event.verdict === "proved" && (went === undefined || went.verdict === "proved");
}
