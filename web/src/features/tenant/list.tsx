import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Table, Time, useFragmentState, useKey } from "../../ui";
import { EditTenant } from "./edit";

type Tenant = Schema<"StoredTenantEntry">;

const DEFAULTS = { search: "", sort: "name" };

const COLUMNS: Column<Tenant>[] = [
  { id: "name", title: "Name", width: "1.3fr", sort: "name", cell: (tenant) => <Link to={`/tenants/${tenant.id}`}>{tenant.name}</Link> },
  { id: "title", title: "Title", width: "1.8fr", cell: (tenant) => tenant.document.title ?? "" },
  { id: "parent", title: "Part of", width: "1.2fr", cell: (tenant) => tenant.document.parent ?? "" },
  { id: "origin", title: "Managed by", cell: (tenant) => <ManagedBy manager={tenant.origin} /> },
  { id: "updated", title: "Changed", width: "130px", sort: "updated_at", cell: (tenant) => <Time value={tenant.updated_at} /> },
  { id: "created", title: "Created", width: "130px", sort: "created_at", cell: (tenant) => <Time value={tenant.created_at} /> },
];

/** Tenants of the installation. */
export function TenantListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.tenant.create") === true;
  const list = useSearch("/api/v1/tenants/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New tenant
    </Button>
  );
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "New tenant", icon: "plus", run: create }] : []}
      description="Each has its own people and assignments. Access to one gives none to another."
      title="Tenants"
    >
      <Filters end={<ExportMenu asked={list.asked} name="tenants" />} onReset={state.search === "" ? undefined : () => setState({ search: "" })}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          state.search !== "" ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "" })}>Clear filters</Button>} icon="search" title="No tenant fits">
              No tenant has this in its name or title.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="building" title="No tenants are declared">
              Until one is, every name is a tenant. From then on, only those that are declared, and default.
            </EmptyState>
          )
        }
        label="Tenants"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(tenant) => tenant.id}
        sort={state.sort}
        to={(tenant) => `/tenants/${tenant.id}`}
      />
      {isCreating && <EditTenant isFirst={!list.isLoading && list.items.length === 0 && state.search === ""} onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
