import { useQuery } from "@tanstack/react-query";
import { counted } from "../../access/count";
import { type Schema, api, got, ifMatch, useMay } from "../../api";
import { Button, ConfirmDialog, Dialog, Link, SkeletonLines } from "../../ui";
import { isTo } from "./assigned-to";

type Group = Schema<"StoredGroup">;

/** The most members that are counted. */
const MOST = 1000;

/** Deletes a group; one that something is assigned to cannot be. */
export function DeleteGroup({ group, onClose, onDone }: { group: Group; onClose: () => void; onDone: () => void }) {
  const may = useMay();
  const { data, isPending } = useQuery({
    queryKey: ["consequence", group.id],
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const path = { id: group.id };
      const [members, assignments] = await Promise.all([
        may("casemate.group-member.list") ? api.POST("/api/v1/groups/{id}/members/search", { params: { path }, body: { limit: MOST }, signal }) : undefined,
        may("casemate.assignment.list") ? api.POST("/api/v1/assignments/search", { body: { filters: { "to.group": group.name } }, signal }) : undefined,
      ]);
      return { members: members && new Set(got(members).items.map((member) => member.user)).size, assignments: assignments && got(assignments).items.filter(isTo(group)) };
    },
  });
  if (data?.assignments && data.assignments.length > 0) {
    return (
      <Dialog actions={<Button onPress={onClose}>Close</Button>} alert onClose={onClose} open title={`${group.name} is in use`}>
        <p>
          {counted(data.assignments.length, "assignment", 100)} {data.assignments.length === 1 ? "is" : "are"} to this group. A group that something is assigned to is not deleted, so that nobody inherits it who makes a group of
          this name later.
        </p>
        <p>
          <Link to={`/groups/${group.id}#tab=assignments`}>Look at its assignments</Link>, and delete them first.
        </p>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      consequence={
        isPending ? (
          <SkeletonLines lines={1} />
        ) : data?.members === undefined ? (
          "Its members stay, and leave the group."
        ) : data.members === 0 ? (
          "It has no members."
        ) : (
          `${counted(data.members, "member", MOST)} ${data.members === 1 ? "leaves" : "leave"} the group. They stay users, with what they hold otherwise.`
        )
      }
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/groups/{id}", { params: { path: { id: group.id }, header: ifMatch(group) } })}
      onDone={onDone}
      open
      title={`Delete ${group.name}?`}
      verb="Delete group"
    >
      A group that was deleted comes back only where all of the configuration is set back to an earlier revision.
    </ConfirmDialog>
  );
}
