/** Where a permission came from. */
export interface Origin {
  kind: string;
  name: string;
  via?: string;
  from?: string;
  until?: string;
}

export type Outcome = "true" | "false" | "error" | string;

/** A permission that matched, and what became of its properties. */
export interface Matching {
  effect: "allow" | "deny";
  origin: Origin;
  permission: { name: string } & Record<string, unknown>;
  outcome: Outcome;
  properties: { name: string; value: unknown; outcome: Outcome; detail?: string }[];
}

/** One that nearly did. */
export interface Near extends Omit<Matching, "outcome" | "properties"> {
  why: string;
}

/** What `/api/v1/explain` answers. Its description leaves the members open. */
export interface Explanation {
  decision: "allowed" | "denied" | "conditional";
  reason_code: string;
  name?: string;
  /** One sentence: why, and what would change it. */
  reason?: string;
  /** In place of it where the question itself is refused. */
  text?: string;
  permission?: Pick<Matching, "effect" | "origin" | "permission"> | null;
  matching?: Matching[];
  near?: Near[];
}

const REASONS: Record<string, string> = {
  permission_allows: "A permission allows it",
  permission_denies: "A permission denies it",
  no_permission: "No permission matches",
  conditions_not_met: "Conditions are not met",
  condition_failed: "A condition could not be evaluated",
  depends_on_resource: "It depends on the resource",
  inactive_subject: "They are not active",
  invalid_name: "No such name can be asked for",
  denial_failed: "A denial could not be evaluated, and so it counts",
  depends_on_identity: "It depends on who it is",
  outside_application: "The name belongs to another application",
  ambiguous_subject: "Several people have this id",
  source_failed: "A source of permissions fails",
};

/** A reason code in words. */
export const reasonTitle = (code: string): string => REASONS[code] ?? code.replaceAll("_", " ");

/** Whether something stands among the matching as the one that decided. */
export function isDeciding(answer: Explanation, one: Matching): boolean {
  const decided = answer.permission;
  return !!decided && JSON.stringify([decided.permission, decided.origin]) === JSON.stringify([one.permission, one.origin]);
}

/** What stands beside a permission's name and effect. */
export const restrictions = (permission: Record<string, unknown>): [string, unknown][] => Object.entries(permission).filter(([name]) => name !== "name" && name !== "deny");

/** The group or team that `via` names: "team editorial, group ops". */
export function steps(origin: Origin): { kind: string; name: string }[] {
  const via = (origin.via ?? "")
    .split(", ")
    .filter(Boolean)
    .map((step) => ({ kind: step.split(" ")[0] ?? "", name: step.split(" ").slice(1).join(" ") }));
  return [{ kind: origin.kind, name: origin.name }, ...via];
}
