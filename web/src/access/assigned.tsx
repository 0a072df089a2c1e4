import { useState } from "react";
import { type Schema, useAllowed, useSearch } from "../api";
import { Button, type Column, EmptyState, IconButton, Link, Menu, Panel, Table, Time } from "../ui";
import { Assign, type Given } from "./assign";
import { AssignmentStatus, What, whatName } from "./assignment-state";
import { DeleteAssignment, EditAssignment } from "./assignment-change";
import { Holder, holderName } from "./holder";
import { isByHand } from "./managed";

type Assignment = Schema<"StoredAssignmentEntry">;

interface AssignedProps {
  /** Which assignments, by path: `{ "to.group": "ops" }`. */
  filters: Record<string, string>;
  /** Which of those that were found; all, where nothing is said. */
  keep?: (assignment: Assignment) => boolean;
  /** What a new one here begins with. */
  give: Given;
  /** "this group" */
  whom: string;
  /** Shows who holds it, in place of what is held: of a role or a team. */
  holders?: boolean;
}

/** Assignments as part of a page: what somebody is given, or whom something is given to. */
export function Assigned({ filters, keep, give, whom, holders }: AssignedProps) {
  const [asks, setAsks] = useState<{ what: "edit" | "delete"; of: Assignment } | "new" | undefined>();
  const mayCreate = useAllowed("casemate.assignment.create") === true;
  const mayUpdate = useAllowed("casemate.assignment.update") === true;
  const mayDelete = useAllowed("casemate.assignment.delete") === true;
  const found = useSearch("/api/v1/assignments/search", { filters, sort: "-created_at" });
  const list = keep ? { ...found, items: found.items.filter(keep) } : found;
  const entriesOf = (of: Assignment) =>
    isByHand(of.origin)
      ? [
          ...(mayUpdate ? [{ id: "edit", label: "Edit", icon: "edit" as const, onAction: () => setAsks({ what: "edit", of }) }] : []),
          ...(mayDelete ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsks({ what: "delete", of }) }] : []),
        ]
      : [];
  const columns: Column<Assignment>[] = [
    holders
      ? { id: "holder", title: "Holder", width: "1.6fr", cell: (one) => <Holder to={one.document.to} /> }
      : { id: "what", title: "Role or team", width: "1.6fr", cell: (one) => <What document={one.document} /> },
    { id: "state", title: "State", corner: true, width: "104px", cell: (one) => <AssignmentStatus document={one.document} /> },
    { id: "until", title: "Ends", width: "110px", cell: (one) => <Time none="No end" value={one.document.until} /> },
    { id: "reason", title: "Reason", width: "1.6fr", cell: (one) => one.document.reason ?? "" },
    { id: "open", title: "Given", width: "110px", cell: (one) => <Link to={`/assignments/${one.id}`}><Time value={one.granted?.at ?? one.created_at} /></Link> },
    {
      id: "more",
      title: "",
      width: "48px",
      end: true,
      cell: (one) => {
        const entries = entriesOf(one);
        const name = holders ? holderName(one.document.to) : whatName(one.document);
        return entries.length > 0 && <Menu entries={entries} label={`More about ${name}`} trigger={<IconButton icon="more" label={`More about ${name}`} small />} />;
      },
    },
  ];
  const add = mayCreate && (
    <Button icon="plus" onPress={() => setAsks("new")} small>
      Assign
    </Button>
  );
  return (
    <Panel actions={add} flush title={holders ? "Assigned to" : "Assigned"}>
      <Table
        bare
        columns={columns}
        empty={
          <EmptyState compact icon="role" title={holders ? "Assigned to nobody" : "Nothing is assigned"}>
            {holders ? `Nobody holds ${whom} by an assignment.` : `No role and no team is assigned to ${whom}.`}
          </EmptyState>
        }
        label="Assignments"
        list={list}
        rowId={(one) => one.id}
        to={(one) => `/assignments/${one.id}`}
      />
      {asks === "new" && <Assign given={give} onClose={() => setAsks(undefined)} />}
      {typeof asks === "object" && asks.what === "edit" && <EditAssignment assignment={asks.of} onClose={() => setAsks(undefined)} />}
      {typeof asks === "object" && asks.what === "delete" && <DeleteAssignment assignment={asks.of} onClose={() => setAsks(undefined)} />}
    </Panel>
  );
}
