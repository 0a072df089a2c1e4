import { Actor } from "../../access/actor";
import { type Schema, useSearch } from "../../api";
import { Badge, type Column, EmptyState, ExportMenu, Link, Panel, Status, Table, Time } from "../../ui";
import type { Role } from "./role";
import styles from "./role.module.css";

type Held = Schema<"AccessReviewEntry">;

const columnsOf = (self: Role): Column<Held>[] => [
  {
    id: "holder",
    title: "Who",
    width: "1.8fr",
    cell: ({ holder }) => (
      <>
        {holder.type === "user" && holder.id?.startsWith("usr_") ? (
          <Link to={`/users/${holder.id}`}>{holder.login ?? holder.id}</Link>
        ) : holder.type === "group" ? (
          <Link to={`/groups#search=${encodeURIComponent(holder.id ?? "")}`}>{holder.id}</Link>
        ) : (
          <Actor actor={{ ...holder, id: holder.id ?? "" }} fallback={holder.login ?? holder.id ?? holder.type} />
        )}
        {holder.type !== "user" && <span className={styles.quiet}> {holder.type === "service" ? "service account" : holder.type}</span>}
      </>
    ),
  },
  {
    id: "through",
    title: "Through",
    width: "1.5fr",
    wrap: true,
    cell: ({ team, group, role, holder, assignment }) => (
      <Link to={`/assignments/${assignment}`}>{[role && role !== self.name && `role ${role}`, team && `team ${team}`, group && holder.type !== "group" && `group ${group}`].filter(Boolean).join(", ") || "Directly"}</Link>
    ),
  },
  { id: "state", title: "State", corner: true, width: "96px", cell: ({ state }) => (state === "in_force" ? <Status state="active">In force</Status> : state === "not_yet" ? <Badge icon="clock">Not yet</Badge> : <Status state="expired">Over</Status>) },
  { id: "until", title: "Ends", width: "92px", cell: ({ until }) => <Time none="No end" value={until} /> },
  { id: "used", title: "Last seen", width: "104px", cell: ({ last_used }) => <Time none="Unknown" value={last_used} /> },
];

/** Who holds a role: by itself, by a team, by a group, or since another role extends it. */
export function Holders({ role }: { role: Role }) {
  const list = useSearch("/api/v1/access-review/search", { role: role.name });
  return (
    <Panel actions={<ExportMenu asked={list.asked} name={`holders-of-${role.name}`} />} flush title="Who holds it">
      <Table
        bare
        columns={columnsOf(role)}
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
