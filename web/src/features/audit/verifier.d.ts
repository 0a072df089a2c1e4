/** What the SDK's check is called by; its own types come with the WebAssembly, which is built. */
declare module "@casemate/sdk/audit" {
  interface AuditStep {
    step: string;
    outcome: "passed" | "failed" | "skipped";
    says: string;
    wrong?: string;
    next?: string;
  }
  interface SignedCheckpoint {
    origin: string;
    size: number;
    root: string;
    key: string | null;
    cosignatures: { witness: string; verified: boolean; at: string | null }[];
  }
  interface Verdict {
    verdict: "proved" | "not proved";
    summary: string;
    steps: AuditStep[];
  }
  interface EventVerdict extends Verdict {
    id: number | null;
    erased: boolean;
    leaf: string | null;
    checkpoint: SignedCheckpoint | null;
  }
  interface ConsistencyVerdict extends Verdict {
    older: SignedCheckpoint | null;
    newer: SignedCheckpoint | null;
  }
  type AuditKeys = string | { keys: readonly string[]; witnesses?: readonly string[] };
  function verifyEvent(check: { proof: string | object; event?: string | object; key: AuditKeys }): Promise<EventVerdict>;
  function verifyConsistency(check: { older: string; newer: string; proof?: string | object; key: AuditKeys }): Promise<ConsistencyVerdict>;
}
