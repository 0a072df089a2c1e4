import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Status, Table, Time, useFragmentState, useKey } from "../../ui";
import { EditServiceAccount } from "./edit";

type Account = Schema<"StoredServiceAccountEntry">;

const DEFAULTS = { search: "", state: "", sort: "name" };

const COLUMNS: Column<Account>[] = [
  { id: "name", title: "Name", width: "1.5fr", sort: "name", cell: (account) => <Link to={`/service-accounts/${account.id}`}>{account.name}</Link> },
  { id: "title", title: "Title", width: "2fr", cell: (account) => account.document.title ?? "" },
  { id: "state", title: "State", corner: true, width: "110px", cell: (account) => <Status state={account.document.disabled ? "disabled" : "active"} /> },
  { id: "origin", title: "Managed by", cell: (account) => <ManagedBy manager={account.origin} /> },
  { id: "updated", title: "Changed", width: "130px", sort: "updated_at", cell: (account) => <Time value={account.updated_at} /> },
  { id: "created", title: "Created", width: "130px", sort: "created_at", cell: (account) => <Time value={account.created_at} /> },
];

/** Accounts of programs. */
export function ServiceAccountListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.service-account.create") === true;
  const list = useSearch("/api/v1/service-accounts/search", {
    search: state.search,
    sort: state.sort as Schema<"Order">,
    ...(state.state === "" ? {} : { filters: { disabled: "true" } }),
  });
  const isFiltered = state.search !== "" || state.state !== "";
  const reset = () => setState({ search: "", state: "" });
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New service account
    </Button>
  );
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "New service account", icon: "plus", run: create }] : []}
      description="Programs that call the API. Each has keys of its own, and holds what is assigned to it."
      title="Service accounts"
    >
      <Filters end={<ExportMenu asked={list.asked} name="service-accounts" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="State"
          onChange={(value) => setState({ state: value === "any" ? "" : value })}
          options={[
            { value: "any", label: "any" },
            { value: "disabled", label: "disabled" },
          ]}
          value={state.state || "any"}
        />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No service account fits">
              No service account of this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="robot" title="No service accounts yet">
              Make one for each program that calls the API, so that its keys can be rotated and revoked by themselves.
            </EmptyState>
          )
        }
        label="Service accounts"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(account) => account.id}
        sort={state.sort}
        to={(account) => `/service-accounts/${account.id}`}
      />
      {isCreating && <EditServiceAccount onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
