import { useState } from "react";
import { asWords } from "../../access/ways";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, Time, useFragmentState, useKey } from "../../ui";
import { CreateResource } from "./edit";
import { pathOf } from "./path";
import styles from "./resource.module.css";

type Resource = Schema<"StoredResource">;

const DEFAULTS = { search: "", application: "", type: "", sort: "id" };

const COLUMNS: Column<Resource>[] = [
  { id: "id", title: "Id", width: "1.2fr", sort: "id", cell: (resource) => <Link to={pathOf(resource)}>{resource.id}</Link> },
  { id: "type", title: "Type", cell: (resource) => <Badge>{resource.type}</Badge> },
  { id: "application", title: "Application", cell: (resource) => resource.application },
  { id: "attributes", title: "Attributes", width: "2.4fr", cell: (resource) => <Attributes of={resource.attributes} /> },
  { id: "updated", title: "Changed", width: "130px", cell: (resource) => <Time value={resource.updated_at} /> },
];

/** Attributes in a line: each name and its value stay together as long as they fit. */
function Attributes({ of }: { of: Record<string, unknown> }) {
  const all = Object.entries(of);
  return (
    <span>
      {all.map(([name, value], index) => (
        <span key={name}>
          <span className={styles.name}>{name}</span> <code>{asWords(value)}</code>
          {index < all.length - 1 && <span className={styles.name}>, </span>}
        </span>
      ))}
    </span>
  );
}

/** What applications registered, so that conditions know its attributes. */
export function ResourceListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.resource.create") === true;
  const maySeeApplications = useAllowed("casemate.application.list") === true;
  const { search, application, type } = state;
  const list = useSearch("/api/v1/resources/search", { search, application, type, sort: state.sort as Schema<"ResourceOrder"> });
  const applications = useSearch("/api/v1/applications/search", { sort: "name" }, { limit: 1000, enabled: maySeeApplications });
  const isFiltered = search !== "" || application !== "" || type !== "";
  const reset = () => setState({ search: "", application: "", type: "" });
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      Register resource
    </Button>
  );
  const names = applications.items.map((one) => one.name);
  // The API lists no types: those that were read so far are offered.
  const types = [...new Set([...(type === "" ? [] : [type]), ...list.items.map((resource) => resource.type)])].sort();
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "Register resource", icon: "plus", run: create }] : []}
      description="What applications registered, so that conditions know its attributes."
      title="Resources"
    >
      <Filters end={<ExportMenu asked={list.asked} name="resources" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search by id" onChange={(text) => setState({ search: text })} value={search} />
        {maySeeApplications && (applications.isLoading || names.length > 0) && (
          <Select
            inline
            label="Application"
            onChange={(value) => setState({ application: value === " " ? "" : value })}
            options={[{ value: " ", label: "any" }, ...(application === "" || names.includes(application) ? names : [application, ...names]).map((name) => ({ value: name, label: name }))]}
            value={application || " "}
          />
        )}
        {types.length > 0 && <Select inline label="Type" onChange={(value) => setState({ type: value === " " ? "" : value })} options={[{ value: " ", label: "any" }, ...types.map((name) => ({ value: name, label: name }))]} value={type || " "} />}
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No resource fits">
              No registered resource of this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="file" title="No resources yet">
              Applications register theirs by API. Without that, whoever asks sends the attributes with each question.
            </EmptyState>
          )
        }
        label="Resources"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={pathOf}
        sort={state.sort}
        to={pathOf}
      />
      {isCreating && <CreateResource applications={names} onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
