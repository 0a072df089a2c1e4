import { useState } from "react";
import { Assign } from "../../access/assign";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, type Column, EmptyState, Link, Panel, Stack, Status, Table, Time } from "../../ui";

type User = Schema<"StoredUser">;
type Held = Schema<"AccessReviewEntry">;
type Group = Schema<"StoredGroup">;

const COLUMNS: Column<Held>[] = [
  {
    id: "what",
    title: "Role or team",
    width: "1.4fr",
    cell: ({ assignment, role, team }) => (
      <>
        <Link to={`/assignments/${assignment}`}>{role ?? team}</Link> {team && <Badge>Team</Badge>}
      </>
    ),
  },
  { id: "through", title: "Through", width: "1.2fr", cell: ({ group }) => (group ? <Link to={`/groups#search=${encodeURIComponent(group)}`}>{`group ${group}`}</Link> : "Directly") },
  { id: "state", title: "State", corner: true, width: "96px", cell: ({ state }) => (state === "in_force" ? <Status state="active">In force</Status> : state === "not_yet" ? <Badge icon="clock">Not yet</Badge> : <Status state="expired">Over</Status>) },
  { id: "until", title: "Ends", width: "92px", cell: ({ until }) => <Time none="No end" value={until} /> },
  { id: "reason", title: "Reason", width: "1.4fr", cell: ({ reason }) => reason ?? "" },
];

const GROUPS: Column<Group>[] = [
  { id: "name", title: "Group", cell: (group) => <Link to={`/groups/${group.id}`}>{group.name}</Link> },
  { id: "provider", title: "Provider", cell: (group) => group.provider },
];

/** What is assigned to a user, by themselves and by their groups. */
export function UserAssigned({ user }: { user: User }) {
  const maySeeGroups = useAllowed("casemate.group.list") === true;
  return (
    <Stack>
      <Assignments user={user} />
      {maySeeGroups && <Groups user={user} />}
    </Stack>
  );
}

function Assignments({ user }: { user: User }) {
  const [isAssigning, setIsAssigning] = useState(false);
  const mayAssign = useAllowed("casemate.assignment.create") === true;
  const list = useSearch("/api/v1/access-review/search", { provider: user.provider, id: user.subject ?? user.id });
  const add = mayAssign && (
    <Button icon="plus" onPress={() => setIsAssigning(true)} small>
      Assign
    </Button>
  );
  return (
    <Panel actions={add} flush title="Assigned">
      <Table
        bare
        columns={COLUMNS}
        empty={
          <EmptyState compact icon="role" title="Nothing is assigned">
            No role and no team, neither to them nor to a group of theirs.
          </EmptyState>
        }
        label="Assignments"
        list={list}
        rowId={(held) => `${held.assignment} ${held.group ?? ""}`}
        to={({ assignment }) => `/assignments/${assignment}`}
      />
      {isAssigning && (
        <Assign
          given={{ to: { provider: user.provider, ...(user.subject ? { id: user.subject } : { login: user.login }) }, name: user.login }}
          onClose={() => setIsAssigning(false)}
        />
      )}
    </Panel>
  );
}

function Groups({ user }: { user: User }) {
  const list = useSearch("/api/v1/groups/search", { member: user.id, sort: "name" });
  return (
    <Panel flush title="Groups">
      <Table
        bare
        columns={GROUPS}
        empty={
          <EmptyState compact icon="group" title="In no group">
            Groups that their tokens name are not known here.
          </EmptyState>
        }
        label="Groups"
        list={list}
        rowId={(group) => group.id}
        to={(group) => `/groups/${group.id}`}
      />
    </Panel>
  );
}
