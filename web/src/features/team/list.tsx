import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Table, Time, useFragmentState, useKey } from "../../ui";
import { EditTeam } from "./edit";

type Team = Schema<"StoredTeamEntry">;

const DEFAULTS = { search: "", sort: "name" };

const COLUMNS: Column<Team>[] = [
  { id: "name", title: "Name", width: "1.3fr", sort: "name", cell: (team) => <Link to={`/teams/${team.id}`}>{team.name}</Link> },
  { id: "title", title: "Title", width: "1.5fr", cell: (team) => team.document.title ?? "" },
  { id: "roles", title: "Roles", width: "2.4fr", wrap: true, cell: (team) => team.document.roles.join(", ") },
  { id: "origin", title: "Managed by", cell: (team) => <ManagedBy manager={team.origin} /> },
  { id: "updated", title: "Changed", width: "130px", sort: "updated_at", cell: (team) => <Time value={team.updated_at} /> },
];

/** Named lists of roles. */
export function TeamListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.team.create") === true;
  const list = useSearch("/api/v1/teams/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const isFiltered = state.search !== "";
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New team
    </Button>
  );
  return (
    <Page actions={button} commands={mayCreate ? [{ title: "New team", icon: "plus", run: create }] : []} description="A team is a list of roles that are assigned together. It means no more than all of them." title="Teams">
      <Filters end={<ExportMenu asked={list.asked} name="teams" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "" })}>Clear filters</Button>} icon="search" title="No team fits">
              No team of this tenant has this in its name or title.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="users" title="No teams yet">
              Where the same roles are given to several people or groups, a team gives them by one assignment.
            </EmptyState>
          )
        }
        label="Teams"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(team) => team.id}
        sort={state.sort}
        to={(team) => `/teams/${team.id}`}
      />
      {isCreating && <EditTeam onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
