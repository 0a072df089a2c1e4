import { type Schema, useSearch } from "../../api";
import { About, Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, Select, Table, Time, useFragmentState } from "../../ui";
import { Word } from "./level";

type Alert = Schema<"Alert">;

const DEFAULTS = { state: "", level: "", detection: "", sort: "-id" };
const NONE = { state: "", level: "", detection: "" };

const COLUMNS: Column<Alert>[] = [
  { id: "rule", title: "What was found", width: "2.6fr", wrap: true, cell: (alert) => <Link to={`/alerts/${alert.id}`}>{alert.rule}</Link> },
  { id: "level", title: "Level", width: "100px", cell: (alert) => <Word word={alert.level} /> },
  { id: "state", title: "State", width: "128px", cell: (alert) => <Word word={alert.state} /> },
  { id: "group", title: "About", width: "1.5fr", cell: (alert) => <About group={alert.group} /> },
  { id: "count", title: "Times", width: "64px", end: true, cell: (alert) => alert.count.toLocaleString("en-GB") },
  { id: "last", title: "Last", width: "110px", cell: (alert) => <Time value={alert.last_at} /> },
  { id: "made", title: "Made", width: "110px", sort: "id", cell: (alert) => <Time value={alert.created_at} /> },
];

const any = (words: readonly string[]) => [{ value: "any", label: "any" }, ...words.map((value) => ({ value, label: value }))];

/** What detections found. */
export function AlertListPage() {
  const [state, set] = useFragmentState(DEFAULTS);
  const list = useSearch("/api/v1/alerts/search", { state: state.state, level: state.level, detection: state.detection, sort: state.sort as Schema<"AlertOrder"> }, { everyMs: 30_000 });
  const isFiltered = state.state !== "" || state.level !== "" || state.detection !== "";
  return (
    <Page description="What rules found in the audit trail. An alert stays open until somebody says that it was looked into." title="Alerts">
      <Filters end={<ExportMenu asked={list.asked} name="alerts" />} onReset={isFiltered ? () => set(NONE) : undefined}>
        <Select inline label="State" onChange={(value) => set({ state: value === "any" ? "" : value })} options={any(["open", "acknowledged", "closed"])} value={state.state || "any"} />
        <Select inline label="Level" onChange={(value) => set({ level: value === "any" ? "" : value })} options={any(["low", "medium", "high", "critical"])} value={state.level || "any"} />
        {state.detection !== "" && <Select inline label="Detection" onChange={(value) => set({ detection: value === "any" ? "" : value })} options={any([state.detection])} value={state.detection} />}
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => set(NONE)}>Clear filters</Button>} icon="search" title="No alert fits">
              None is in this state or of this level.
            </EmptyState>
          ) : (
            <EmptyState icon="bell" title="No alerts">
              No rule found anything so far. Rules look at every event as it comes.
            </EmptyState>
          )
        }
        label="Alerts"
        list={list}
        onSort={(sort) => set({ sort })}
        rowId={(alert) => String(alert.id)}
        sort={state.sort}
        to={(alert) => `/alerts/${alert.id}`}
      />
    </Page>
  );
}
