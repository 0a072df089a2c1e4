import type { Schema } from "../../api";

interface Counted {
  items: readonly unknown[];
  hasMore: boolean;
  error: unknown;
}

/** A number of a list that is read to a bound; none where it could not be read. */
export function counted({ items, hasMore, error }: Counted): string {
  if (error) return "–";
  return hasMore ? `${items.length}+` : String(items.length);
}

/** What stands below a number: that it is not known, where it could not be read. */
export function noteOf({ error }: Counted, note: string): string {
  return error ? "Not known" : note;
}

/** How many open alerts are severe, as far as they were read. */
export function severeOf(alerts: Counted, severe: number): string {
  if (alerts.error) return "Not known";
  if (severe > 0) return `${severe}${alerts.hasMore ? " or more" : ""} high or critical`;
  return alerts.hasMore ? "Nothing severe so far" : "Nothing severe";
}

/** How the server is, in a word and a line that say the same. */
export function healthOf(ready: Schema<"Readiness"> | undefined, error: unknown, faults: readonly string[]): { value: string; note: string; tone: "allow" | "warn" | "deny" } {
  if (error || !ready) return { value: "Unknown", note: "It could not be asked", tone: "deny" };
  if (!ready.ready) return { value: "Not ready", note: faults[0] ?? "It takes no requests now", tone: "deny" };
  return faults.length > 0 ? { value: "Degraded", note: faults[0] ?? "", tone: "warn" } : { value: "Ready", note: "Everything answers", tone: "allow" };
}
