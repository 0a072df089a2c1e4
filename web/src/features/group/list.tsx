import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, Time, useFragmentState, useKey } from "../../ui";
import { EditGroup } from "./edit";

type Group = Schema<"StoredGroup">;

const DEFAULTS = { search: "", source: "", provider: "", member: "", sort: "name" };

const COLUMNS: Column<Group>[] = [
  { id: "name", title: "Name", width: "2fr", sort: "name", cell: (group) => <Link to={`/groups/${group.id}`}>{group.name}</Link> },
  { id: "provider", title: "Provider", cell: (group) => group.provider },
  { id: "source", title: "Managed by", cell: (group) => <ManagedBy manager={group.source} /> },
  { id: "external", title: "External id", cell: (group) => group.external_id ?? "" },
  { id: "updated", title: "Changed", width: "130px", cell: (group) => <Time value={group.updated_at} /> },
  { id: "created", title: "Created", width: "130px", sort: "created_at", cell: (group) => <Time value={group.created_at} /> },
];

/** Groups that the directory knows in the tenant. */
export function GroupListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.group.create") === true;
  const { search, source, provider, member } = state;
  const list = useSearch("/api/v1/groups/search", { search, source, provider, member, sort: state.sort as Schema<"GroupOrder"> });
  const isFiltered = search !== "" || source !== "" || provider !== "" || member !== "";
  const reset = () => setState({ search: "", source: "", provider: "", member: "" });
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New group
    </Button>
  );
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "New group", icon: "plus", run: create }] : []}
      description="People who hold something together: what is assigned to a group, each member holds."
      title="Groups"
    >
      <Filters end={<ExportMenu asked={list.asked} name="groups" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search by name" onChange={(text) => setState({ search: text })} value={search} />
        <Select
          inline
          label="Managed by"
          onChange={(value) => setState({ source: value === "any" ? "" : value })}
          options={[
            { value: "any", label: "any" },
            { value: "scim", label: "SCIM" },
            { value: "ldap", label: "LDAP" },
            { value: "code:code", label: "code" },
          ]}
          value={source || "any"}
        />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No group fits">
              No group of this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="group" title="No groups yet">
              Groups are made by hand, in policy files, or come from a directory by SCIM or LDAP.
            </EmptyState>
          )
        }
        label="Groups"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(group) => group.id}
        sort={state.sort}
        to={(group) => `/groups/${group.id}`}
      />
      {isCreating && <EditGroup onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
