import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Assigned } from "../../access/assigned";
import { countedOf, gathered } from "../../access/count";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice, isByHand } from "../../access/managed";
import { type Schema, api, got, ifMatch, useAllowed, useSearch } from "../../api";
import { useParam } from "../../shell/root";
import { Button, type Column, ConfirmDialog, CopyAsCurl, Dialog, EmptyState, IconButton, Id, KeyValue, Link, Menu, Page, Panel, Split, Table, Tabs, Time, fixedList, toast } from "../../ui";
import { EditTeam } from "./edit";

type Team = Schema<"StoredTeamEntry">;

/** The key of a team among what was read. */
const teamKey = (id: string) => ["/api/v1/teams/{id}", id];

/** A team: its roles, and to whom they are assigned together. */
export function TeamPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: teamKey(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/teams/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="Team" list={["Teams", "/teams"]} query={query}>
      {(team) => <Known team={team} />}
    </Loaded>
  );
}

/** The roles of a team, with what they are called where that may be seen. */
function useRoleColumns(): Column<string>[] {
  const maySee = useAllowed("casemate.role.list") === true;
  const { items } = useSearch("/api/v1/roles/search", { sort: "name" }, { limit: 1000, enabled: maySee });
  const known = new Map(items.map((role) => [role.name, role]));
  return [
    { id: "name", title: "Role", cell: (name) => <Link to={known.has(name) ? `/roles/${known.get(name)?.id}` : `/roles#search=${encodeURIComponent(name)}`}>{name}</Link> },
    { id: "title", title: "Title", width: "2fr", cell: (name) => known.get(name)?.document.title ?? "" },
  ];
}

function Known({ team }: { team: Team }) {
  const [asks, setAsks] = useState<"edit" | "delete" | undefined>();
  const isOurs = isByHand(team.origin);
  const mayUpdate = useAllowed("casemate.team.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.team.delete") === true && isOurs;
  const maySeeAssignments = useAllowed("casemate.assignment.list") === true;
  const queries = useQueryClient();
  const columns = useRoleColumns();
  const { title, description, roles } = team.document;
  const changed = () => {
    void queries.invalidateQueries({ queryKey: teamKey(team.id) });
    void queries.invalidateQueries({ queryKey: ["/api/v1/teams/search"] });
  };
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
          {mayDelete && <Menu entries={[{ id: "delete", label: "Delete", icon: "trash", danger: true, onAction: () => setAsks("delete") }]} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Teams", "/teams"]]}
      commands={[
        ...(mayUpdate ? [{ title: `Edit ${team.name}`, icon: "edit" as const, run: () => setAsks("edit") }] : []),
        ...(mayDelete ? [{ title: `Delete ${team.name}`, icon: "trash" as const, run: () => setAsks("delete") }] : []),
      ]}
      description={[title, description].filter(Boolean).join(". ") || undefined}
      title={team.name}
    >
      <ManagedNotice manager={team.origin} what="team" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/teams/${team.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={team.id} />],
                ["Managed by", <ManagedBy key="origin" manager={team.origin} />],
                ["Tenant", team.tenant],
                ["Revision", team.revision],
                ["Created", <Time exact key="at" value={team.created_at} />],
                ["Changed", <Time exact key="up" value={team.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this team"
          tabs={[
            {
              id: "roles",
              title: "Roles",
              count: roles.length,
              content: () => (
                <Panel flush title="Roles">
                  <Table
                    bare
                    columns={columns}
                    empty={
                      <EmptyState compact icon="role" title="No roles">
                        Whoever is assigned this team holds nothing by it.
                      </EmptyState>
                    }
                    label="Roles"
                    list={fixedList(roles)}
                    rowId={(role) => role}
                  />
                </Panel>
              ),
            },
            ...(maySeeAssignments ? [{ id: "assignments", title: "Assignments", content: () => <Assigned filters={{ team: team.name }} give={{ team: team.name }} holders whom="this team" /> }] : []),
          ]}
        />
      </Split>
      {asks === "edit" && <EditTeam onClose={close} onSaved={changed} team={team} />}
      {asks === "delete" && <DeleteTeam onClose={close} team={team} />}
    </Page>
  );
}

function DeleteTeam({ team, onClose }: { team: Team; onClose: () => void }) {
  const maySee = useAllowed("casemate.assignment.list") === true;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const assignments = useQuery({
    queryKey: ["consequence", team.id],
    enabled: maySee,
    gcTime: 0,
    staleTime: 0,
    queryFn: ({ signal }) => gathered(1000, async (after) => got(await api.POST("/api/v1/assignments/search", { body: { filters: { team: team.name }, limit: 1000, ...(after === undefined ? {} : { after }) }, signal }))),
  });
  const count = assignments.data?.items.length ?? 0;
  if (assignments.data && count > 0) {
    return (
      <Dialog actions={<Button onPress={onClose}>Close</Button>} alert onClose={onClose} open title={`${team.name} is in use`}>
        <p>{countedOf(assignments.data, "assignment")} {count === 1 && assignments.data.isAll ? "gives" : "give"} this team. What is used is not deleted.</p>
        <p>
          <Link to={`/teams/${team.id}#tab=assignments`}>Look at its assignments</Link>, and delete them first.
        </p>
      </Dialog>
    );
  }
  const readAnew = () => void queries.invalidateQueries({ queryKey: ["/api/v1/teams/search"] });
  return (
    <ConfirmDialog
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/teams/{id}", { params: { path: { id: team.id }, header: ifMatch(team) } })}
      onDone={() => {
        readAnew();
        toast(`${team.name} was deleted`, {
          undo: async () => {
            await api.POST("/api/v1/teams", { body: team.document });
            readAnew();
          },
        });
        void navigate({ to: "/teams", search: true } as never);
      }}
      open
      title={`Delete ${team.name}?`}
      verb="Delete team"
    >
      {assignments.data?.isAll ? "Nobody is assigned it here." : assignments.isFetching ? "Counting who is assigned it…" : "Who is assigned it is not known here. A team that is assigned is not deleted."} Its roles stay.
    </ConfirmDialog>
  );
}
