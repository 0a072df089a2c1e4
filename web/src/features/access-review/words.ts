import type { Entry, Outcome } from "./act";

/** Whoever holds something, by name. */
export function nameOf({ holder }: Pick<Entry, "holder">): string {
  return holder.login ?? holder.display_name ?? holder.id ?? holder.type;
}

/** What they hold, and through what. */
export function heldOf({ role, team, group }: Pick<Entry, "role" | "team" | "group">): string {
  return [role ? `role ${role}` : `team ${team}`, group && `through group ${group}`].filter(Boolean).join(" ");
}

/** What became of a decision that was not done. */
export function whyNot({ outcome, problem }: Outcome): string {
  if (outcome === "changed") return "It changed since you read it. Look at it again, and decide anew.";
  if (outcome === "not_found") return "It is gone.";
  return [problem?.title, problem?.detail !== problem?.title && problem?.detail].filter(Boolean).join(" – ");
}

/** The start of the day so many days ago (UTC): what was decided before does not count. */
export function startOf(days: string, now: number): string {
  return `${new Date(now - Number(days) * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
}

/** How far a review is: of what is assigned, and of what was revoked, how much was decided about. */
export function doneOf({ assignments, certified, revoked }: { assignments: number; certified: number; revoked: number }): { done: number; of: number } {
  return { done: certified + revoked, of: assignments + revoked };
}

/** Whether what was revoked can be given again: it would have lasted longer. */
export function canTakeBack({ outcome, review }: Outcome): boolean {
  return outcome === "done" && review?.decision === "revoked" && !(review.held.until && Date.parse(review.held.until) <= Date.parse(review.at));
}

/** What Undo did not take back, of all that it was to. */
export function whatIsLeft(left: number, of: number): string {
  const which = of === 1 ? "It" : left === of ? "All" : `${left} of ${of}`;
  return `${which} ${left === 1 ? "was" : "were"} changed since, and ${left === 1 ? "is" : "are"} left as ${left === 1 ? "it is" : "they are"}`;
}
