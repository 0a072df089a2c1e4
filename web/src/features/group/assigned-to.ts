import type { Schema } from "../../api";

/** Whether an assignment to a group of this name is to this one: another provider may have a group that is called so too. */
export function isTo(group: Pick<Schema<"StoredGroup">, "name" | "provider">): (assignment: Pick<Schema<"StoredAssignmentEntry">, "document">) => boolean {
  return ({ document: { to } }) => to.group === group.name && (!to.provider || to.provider === group.provider);
}
