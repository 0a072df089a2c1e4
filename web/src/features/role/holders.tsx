import { type Schema, useSearch } from "../../api";
import { Badge, type Column, EmptyState, ExportMenu, Icon, Link, Panel, Status, Table, Time } from "../../ui";
import type { Role } from "./role";

type Held = Schema<"AccessReviewEntry">;

const COLUMNS: Column<Held>[] = [
  {
    id: "holder",
    title: "Who",
    width: "1.6fr",
    cell: ({ holder }) =>
      holder.type === "user" && holder.id?.startsWith("usr_") ? (
        <Link to={`/users/${holder.id}`}>{holder.login ?? holder.id}</Link>
      ) : (
        <>
          {holder.type === "group" && <Icon name="group" />} {holder.login ?? holder.id ?? holder.type}
        </>
      ),
  },
  { id: "type", title: "Type", width: "90px", cell: ({ holder }) => <Badge>{holder.type}</Badge> },
  { id: "through", title: "Through", width: "1.4fr", cell: ({ team, group, role }) => [role && `role ${role}`, team && `team ${team}`, group && `group ${group}`].filter(Boolean).join(", ") },
  { id: "state", title: "State", width: "110px", cell: ({ state }) => (state === "in_force" ? <Status state="active">In force</Status> : state === "not_yet" ? <Badge icon="clock">Not yet</Badge> : <Status state="expired">Over</Status>) },
  { id: "until", title: "Ends", width: "110px", cell: ({ until }) => <Time none="No end" value={until} /> },
  { id: "used", title: "Last seen", width: "110px", cell: ({ last_used }) => <Time none="Unknown" value={last_used} /> },
];

/** Who holds a role: by itself, by a team, by a group, or since another role extends it. */
export function Holders({ role }: { role: Role }) {
  const list = useSearch("/api/v1/access-review/search", { role: role.name });
  return (
    <Panel actions={<ExportMenu asked={list.asked} name={`holders-of-${role.name}`} />} flush title="Who holds it">
      <Table
        bare
        columns={COLUMNS}
        empty={
          <EmptyState compact icon="users" title="Nobody holds it">
            It counts for nobody until it is assigned, by itself or in a team.
          </EmptyState>
        }
        label="Who holds it"
        list={list}
        rowId={(held) => JSON.stringify([held.assignment, held.holder, held.group])}
      />
    </Panel>
  );
}
