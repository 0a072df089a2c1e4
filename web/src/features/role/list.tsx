import { useNavigate } from "@tanstack/react-router";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, Time, useFragmentState, useKey } from "../../ui";
import type { Role } from "./role";

const DEFAULTS = { search: "", origin: "", sort: "name" };

const COLUMNS: Column<Role>[] = [
  { id: "name", title: "Name", width: "1.4fr", sort: "name", cell: (role) => <Link to={`/roles/${role.id}`}>{role.name}</Link> },
  { id: "title", title: "Title", width: "1.8fr", cell: (role) => role.document.title ?? "" },
  { id: "permissions", title: "Permissions", width: "110px", end: true, cell: (role) => role.document.permissions.length },
  { id: "extends", title: "Extends", width: "1.2fr", cell: (role) => (role.document.extends ?? []).join(", ") },
  { id: "origin", title: "Managed by", width: "120px", cell: (role) => <ManagedBy manager={role.origin} /> },
  { id: "updated", title: "Changed", width: "120px", sort: "updated_at", cell: (role) => <Time none="With Casemate" value={role.origin === "built-in" ? undefined : role.updated_at} /> },
];

/** The roles of a tenant. */
export function RoleListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const navigate = useNavigate();
  const mayCreate = useAllowed("casemate.role.create") === true;
  const list = useSearch("/api/v1/roles/search", {
    search: state.search,
    sort: state.sort as Schema<"Order">,
    ...(state.origin === "" ? {} : { filters: { origin: state.origin === "hand" ? "" : state.origin } }),
  });
  const isFiltered = state.search !== "" || state.origin !== "";
  const create = () => mayCreate && void navigate({ to: "/roles/new", search: true } as never);
  const forget = () => setState({ search: "", origin: "" });
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New role
    </Button>
  );
  return (
    <Page actions={button} commands={mayCreate ? [{ title: "New role", icon: "plus", run: create }] : []} description="Named lists of permissions, which people, groups and service accounts are assigned." title="Roles">
      <Filters end={<ExportMenu asked={list.asked} name="roles" />} onReset={isFiltered ? forget : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="Managed by"
          onChange={(origin) => setState({ origin: origin === "any" ? "" : origin })}
          options={[
            { value: "any", label: "any" },
            { value: "hand", label: "hand" },
            { value: "built-in", label: "Casemate" },
            { value: "folder", label: "policy folder" },
            { value: "code", label: "applied code" },
          ]}
          value={state.origin || "any"}
        />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={forget}>Clear filters</Button>} icon="search" title="No role fits">
              No role of this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="role" title="No roles yet">
              A role lists permissions. Assign it to people, groups or service accounts, and they may do what it says.
            </EmptyState>
          )
        }
        label="Roles"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(role) => role.id}
        sort={state.sort}
        to={(role) => `/roles/${role.id}`}
      />
    </Page>
  );
}
