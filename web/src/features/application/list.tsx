import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Table, Time, useFragmentState, useKey } from "../../ui";
import { EditApplication } from "./edit";
import { useSchemas } from "./schema";

type Application = Schema<"StoredApplicationDocument">;

const DEFAULTS = { search: "", sort: "name" };

/** Applications that ask what somebody may do. */
export function ApplicationListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.application.create") === true;
  const list = useSearch("/api/v1/applications/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const { schemas } = useSchemas();
  const columns: Column<Application>[] = [
    { id: "name", title: "Name", width: "1.2fr", sort: "name", cell: (one) => <Link to={`/applications/${one.id}`}>{one.name}</Link> },
    { id: "title", title: "Title", width: "1.3fr", cell: (one) => schemas?.get(one.name)?.application?.title ?? "" },
    { id: "namespaces", title: "Namespaces", width: "1.5fr", wrap: true, cell: (one) => (schemas?.get(one.name)?.application?.namespaces ?? []).map((name) => <Badge key={name}>{name}</Badge>) },
    { id: "permissions", title: "Permissions", width: "104px", cell: (one) => schemas?.get(one.name)?.permission?.length ?? "" },
    { id: "origin", title: "Managed by", width: "130px", cell: (one) => <ManagedBy manager={one.origin} /> },
    { id: "updated", title: "Changed", width: "130px", sort: "updated_at", cell: (one) => <Time value={one.updated_at} /> },
  ];
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New application
    </Button>
  );
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "New application", icon: "plus", run: create }] : []}
      description="What asks Casemate for decisions. Schemas say which permissions there are."
      title="Applications"
    >
      <Filters end={<ExportMenu asked={list.asked} name="applications" />} onReset={state.search === "" ? undefined : () => setState({ search: "" })}>
        <SearchField label="Search by name" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          state.search !== "" ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "" })}>Clear filters</Button>} icon="search" title="No application fits">
              No application has this in its name.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="application" title="No applications yet">
              Register the schema of one, and roles can grant its permissions.
            </EmptyState>
          )
        }
        label="Applications"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(one) => one.id}
        sort={state.sort}
        to={(one) => `/applications/${one.id}`}
      />
      {isCreating && <EditApplication onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
