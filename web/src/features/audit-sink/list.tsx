import { useState } from "react";
import { type Schema, useMayWrite, useReadiness, useSearch } from "../../api";
import { Address, Button, type Column, EmptyState, ExportMenu, Filters, Link, Origin, Page, SearchField, Table, Time, useFragmentState, useKey } from "../../ui";
import { SinkForm } from "./form";
import { KIND_TITLES, type Sink, SinkState, kindOf, lagOf, placeOf } from "./words";

const DEFAULTS = { search: "", sort: "name" };

/** Where what is on record is sent. */
export function AuditSinkListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const may = useMayWrite("audit-sink");
  const list = useSearch("/api/v1/audit-sinks/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const readiness = useReadiness();
  const health = (sink: Sink) => readiness.data?.audit_sinks.find(({ name }) => name === sink.name);
  const create = () => may.create && setIsCreating(true);
  useKey("c", create);
  const columns: Column<Sink>[] = [
    { id: "name", title: "Name", width: "1.2fr", sort: "name", cell: (sink) => <Link to={`/audit-sinks/${sink.id}`}>{sink.name}</Link> },
    { id: "kind", title: "Kind", width: "96px", cell: (sink) => KIND_TITLES[kindOf(sink.document)] },
    { id: "place", title: "Place", width: "2.4fr", cell: (sink) => <Address value={placeOf(sink.document)} /> },
    { id: "state", title: "State", width: "116px", cell: (sink) => readiness.data && <SinkState health={health(sink)} /> },
    { id: "lag", title: "Waits to be sent", width: "160px", cell: (sink) => lagOf(health(sink)) },
    { id: "origin", title: "Managed by", width: "104px", cell: (sink) => <Origin value={sink.origin} /> },
    { id: "updated", title: "Changed", width: "120px", sort: "updated_at", cell: (sink) => <Time value={sink.updated_at} /> },
  ];
  const isFiltered = state.search !== "";
  return (
    <Page
      actions={
        may.create && (
          <Button icon="plus" kind="primary" onPress={create}>
            New sink
          </Button>
        )
      }
      commands={may.create ? [{ title: "New audit sink", icon: "plus", run: create }] : []}
      description="Each sink is sent what comes on record: in order, without a gap, at least once. No request ever waits for one."
      title="Audit sinks"
    >
      <Filters end={<ExportMenu asked={list.asked} name="audit-sinks" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "" })}>Clear filters</Button>} icon="search" title="No sink fits">
              No sink has a name or title like that.
            </EmptyState>
          ) : (
            <EmptyState
              actions={
                may.create && (
                  <Button icon="plus" kind="primary" onPress={create}>
                    New sink
                  </Button>
                )
              }
              icon="send"
              title="Nothing is sent elsewhere"
            >
              A sink copies the audit trail to your SIEM, a log server, a stream or a file. The trail itself stays here.
            </EmptyState>
          )
        }
        label="Audit sinks"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(sink) => sink.id}
        sort={state.sort}
        to={(sink) => `/audit-sinks/${sink.id}`}
      />
      {isCreating && <SinkForm onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
