import { type Schema, useAllowed, useSearch } from "../../api";
import { Actor, Button, type Column, EmptyState, ExportMenu, Filters, Link, LinkButton, Page, SearchField, Table, Time, useFragmentState } from "../../ui";
import { summaryText } from "./words";

type Version = Schema<"PolicyVersion">;

const DEFAULTS = { search: "", actor: "", since: "", sort: "-revision" };

const COLUMNS: Column<Version>[] = [
  { id: "revision", title: "Revision", width: "100px", sort: "revision", cell: ({ revision }) => <Link to={`/policy/${revision}`}>{String(revision)}</Link> },
  { id: "summary", title: "What", width: "2.5fr", wrap: true, cell: ({ summary }) => summaryText(summary) },
  { id: "actor", title: "By", width: "1.3fr", cell: ({ actor }) => <Actor id={actor.id} type={actor.type} /> },
  { id: "objects", title: "Objects", width: "80px", end: true, cell: ({ objects }) => objects },
  { id: "people", title: "Users, groups", width: "110px", end: true, cell: ({ people }) => people },
  { id: "at", title: "When", width: "130px", cell: ({ at }) => <Time value={at} /> },
];

/** All changes of configuration, the newest first. */
export function PolicyPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const mayRead = useAllowed("casemate.policy.read") === true;
  const since = Number.isNaN(Date.parse(state.since)) ? "" : new Date(state.since).toISOString();
  const list = useSearch("/api/v1/policy/versions/search", { search: state.search, actor: state.actor, ...(since === "" ? {} : { since }), sort: state.sort as Schema<"RevisionOrder"> });
  const isFiltered = state.search !== "" || state.actor !== "" || since !== "";
  const reset = () => setState({ search: "", actor: "", since: "" });
  const newest = list.items[0]?.revision;
  const before = list.items[1]?.revision;
  return (
    <Page
      actions={
        mayRead &&
        newest !== undefined &&
        before !== undefined && (
          <LinkButton icon="code" to={`/policy/diff#from=${Math.min(newest, before)}&to=${Math.max(newest, before)}`}>
            Compare two
          </LinkButton>
        )
      }
      description="Every change of what is configured is a revision with its author. Each can be compared, and set back to."
      title="Policy"
    >
      <Filters end={<ExportMenu asked={list.asked} name="policy-versions" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search what was changed" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No change fits">
              No change has that in its summary.
            </EmptyState>
          ) : (
            <EmptyState icon="history" title="Nothing was changed yet">
              Roles, assignments, providers and settings that are made or changed appear here.
            </EmptyState>
          )
        }
        label="Versions"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={({ revision }) => String(revision)}
        sort={state.sort}
        to={({ revision }) => `/policy/${revision}`}
      />
    </Page>
  );
}
