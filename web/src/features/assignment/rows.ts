import type { Schema } from "../../api";

type Assignment = Schema<"StoredAssignmentEntry">;
type Entry = Schema<"AccessReviewEntry">;

/** A line of the list, whichever search found it. */
export interface Row {
  id: string;
  document: Schema<"AssignmentEntry">;
  granted: Schema<"Granted"> | undefined;
  /** Who was searched for and holds it by being in a group. */
  member: string | undefined;
}

export function ofAssignment({ id, document, granted }: Assignment): Row {
  return { id, document, granted: granted ?? undefined, member: undefined };
}

/** What a review says of who holds something, as a line for the assignment by which they do. */
export function ofReview({ assignment, holder, group, role, team, since, until, reason, granted, state }: Entry): Row {
  const isMember = group !== null && group !== undefined && holder.type !== "group";
  const provider = holder.provider === "" ? {} : { provider: holder.provider };
  const to =
    holder.type === "group" || isMember
      ? { ...provider, group: isMember ? group : (holder.id ?? "") }
      : { ...provider, type: holder.type, ...(holder.login && holder.type !== "service" ? { login: holder.login } : { id: holder.id ?? null }) };
  return {
    id: assignment,
    document: { to, ...(role ? { role } : { team: team ?? "" }), ...(state === "not_yet" ? { from: since } : {}), until: until ?? null, reason: reason ?? null },
    granted: granted ?? undefined,
    member: isMember ? (holder.display_name ?? holder.login ?? holder.id ?? undefined) : undefined,
  };
}

/** Each assignment once: members of a group hold theirs by the same one. */
export function once(rows: readonly Row[]): Row[] {
  return [...new Map(rows.toReversed().map((row) => [row.id, row])).values()].reverse();
}
