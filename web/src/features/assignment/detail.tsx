import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Actor } from "../../access/actor";
import { DeleteAssignment, EditAssignment, assignmentKey } from "../../access/assignment-change";
import { AssignmentStatus, What, whatName } from "../../access/assignment-state";
import { DECISIONS_OF_ONE } from "../../access/decisions";
import { Holder, holderName } from "../../access/holder";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice, isByHand } from "../../access/managed";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { useParam } from "../../shell/root";
import { Button, type Column, CopyAsCurl, EmptyState, ExportMenu, Id, KeyValue, Link, Page, Panel, Split, Stack, Table, Time, fixedList } from "../../ui";

type Assignment = Schema<"StoredAssignmentEntry">;
type Entry = Schema<"AccessReviewEntry">;

/** An assignment: what it gives, to whom, who gave it, and who holds it by it. */
export function AssignmentPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: assignmentKey(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/assignments/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="Assignment" list={["Assignments", "/assignments"]} query={query}>
      {(assignment) => <Known assignment={assignment} />}
    </Loaded>
  );
}

function Known({ assignment }: { assignment: Assignment }) {
  const [asks, setAsks] = useState<"edit" | "delete" | undefined>();
  const { document, granted } = assignment;
  const isOurs = isByHand(assignment.origin);
  const mayUpdate = useAllowed("casemate.assignment.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.assignment.delete") === true && isOurs;
  const mayReview = useAllowed("casemate.access-review.list") === true;
  const navigate = useNavigate();
  const close = () => setAsks(undefined);
  return (
    <Page
      actions={
        <>
          {mayUpdate && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit
            </Button>
          )}
          {mayDelete && (
            <Button icon="trash" kind="caution" onPress={() => setAsks("delete")}>
              Delete
            </Button>
          )}
        </>
      }
      breadcrumbs={[["Assignments", "/assignments"]]}
      commands={[
        ...(mayUpdate ? [{ title: "Edit this assignment", icon: "edit" as const, run: () => setAsks("edit") }] : []),
        ...(mayDelete ? [{ title: "Delete this assignment", icon: "trash" as const, run: () => setAsks("delete") }] : []),
      ]}
      status={<AssignmentStatus document={document} />}
      title={`${whatName(document)} for ${holderName(document.to)}`}
    >
      <ManagedNotice manager={assignment.origin} what="assignment" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/assignments/${assignment.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={assignment.id} />],
                ["Managed by", <ManagedBy key="origin" manager={assignment.origin} />],
                ["Tenant", assignment.tenant],
                ["Revision", assignment.revision],
                ["Created", <Time exact key="at" value={assignment.created_at} />],
                ["Changed", <Time exact key="up" value={assignment.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Stack>
          <Panel title="What it gives">
            <KeyValue
              entries={[
                [document.team ? "Team" : "Role", <What document={document} key="what" />],
                ["To", <Holder key="to" to={document.to} />],
                ["Begins", <Time exact key="from" none="When it was given" value={document.from} />],
                ["Ends", <Time exact key="until" none="No end" value={document.until} />],
                ["Reason", document.reason ?? "None was given"],
                ["Given by", granted ? <Actor actor={granted} key="by" /> : "Not known"],
                granted && ["Given", <Time exact key="given" value={granted.at} />],
              ]}
            />
          </Panel>
          {mayReview && <HeldBy assignment={assignment} />}
          {mayReview && <Reviews id={assignment.id} />}
        </Stack>
      </Split>
      {asks === "edit" && <EditAssignment assignment={assignment} onClose={close} />}
      {asks === "delete" && <DeleteAssignment assignment={assignment} onClose={close} onDone={() => void navigate({ to: "/assignments", search: true } as never)} />}
    </Page>
  );
}

/** What reviewers decided about it, the newest first. */
function Reviews({ id }: { id: string }) {
  const list = useSearch("/api/v1/access-review/decisions/search", { assignment: id }, { limit: 50 });
  return (
    <Panel actions={<ExportMenu asked={list.asked} name={`reviews-${id}`} />} flush title="Reviews">
      <Table
        bare
        columns={DECISIONS_OF_ONE}
        empty={
          <EmptyState compact icon="history" title="Never reviewed">
            Who certifies or revokes it in an access review stands here.
          </EmptyState>
        }
        label="Reviews"
        list={list}
        rowId={({ change }) => String(change)}
      />
    </Panel>
  );
}

const COLUMNS: Column<Entry>[] = [
  {
    id: "holder",
    title: "Holder",
    width: "1.5fr",
    cell: ({ holder }) => (holder.login && holder.type === "user" ? <Link to={`/users#search=${encodeURIComponent(holder.login)}`}>{holder.login}</Link> : <Actor actor={{ ...holder, id: holder.id ?? "" }} />),
  },
  { id: "name", title: "Name", width: "1.3fr", cell: ({ holder }) => holder.display_name ?? "" },
  { id: "roles", title: "Roles", width: "1.3fr", wrap: true, cell: ({ roles }) => roles.join(", ") },
  { id: "used", title: "Last seen", width: "120px", cell: (entry) => <Time none="Never" value={entry.last_used} /> },
];

/** Who holds something by an assignment: of a group, its members. */
function HeldBy({ assignment }: { assignment: Assignment }) {
  const { role, team, to } = assignment.document;
  const list = useSearch("/api/v1/access-review/search", { ...(role ? { role } : { team: team ?? "" }), ...(to.group ? { group: to.group } : {}), ...(to.login ? { login: to.login } : {}), ...(to.id ? { id: to.id } : {}) }, { limit: 1000 });
  const holders = list.items.filter((entry) => entry.assignment === assignment.id && entry.holder.type !== "group");
  return (
    <Panel flush title="Who holds it through this">
      <Table
        bare
        columns={COLUMNS}
        empty={
          <EmptyState compact icon="users" title="Nobody known">
            Whoever is meant holds it once they are known, or brought by a token.
          </EmptyState>
        }
        label="Holders"
        list={list.isLoading ? list : fixedList(holders, { error: list.error, retry: list.retry })}
        rowId={(entry) => JSON.stringify([entry.holder.provider, entry.holder.type, entry.holder.id, entry.holder.login])}
      />
    </Panel>
  );
}
