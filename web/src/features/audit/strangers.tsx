import { useMemo } from "react";
import { type Schema, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, fixedList, useFragmentState } from "../../ui";
import styles from "./audit.module.css";
import { TIMES } from "./filters";
import { RANGES } from "./terms";
import { Minute, number, zoneName } from "./words";

type Denial = Schema<"AnonymousDenial">;
interface Total {
  address: string;
  count: number;
  routes: number;
  last: string;
}

const DEFAULTS = { address: "", range: "24h", by: "address", sort: "-minute" };

const MINUTES: Column<Denial>[] = [
  { id: "minute", title: `Minute (${zoneName()})`, width: "150px", sort: "minute", cell: (denial) => <Minute at={denial.minute} /> },
  { id: "address", title: "Address", width: "1fr", cell: (denial) => <code>{denial.address}</code> },
  { id: "route", title: "Route", width: "2fr", wrap: true, cell: (denial) => <code>{denial.route}</code> },
  { id: "count", title: "Refused", width: "90px", end: true, cell: (denial) => number(denial.count) },
];

const TOTALS: Column<Total>[] = [
  { id: "address", title: "Address", width: "1.5fr", cell: (total) => <Link to={`/audit/strangers#address=${encodeURIComponent(total.address)}&by=minute`}>{total.address}</Link> },
  { id: "count", title: "Refused", width: "110px", end: true, cell: (total) => number(total.count) },
  { id: "routes", title: "Routes", width: "90px", end: true, cell: (total) => number(total.routes) },
  { id: "last", title: `Last (${zoneName()})`, width: "150px", end: true, cell: (total) => <Minute at={total.last} /> },
];

/** What was counted, together by address: those with the most first. */
export function totals(denials: readonly Denial[]): Total[] {
  const all = new Map<string, { count: number; routes: Set<string>; last: string }>();
  for (const { address, count, route, minute } of denials) {
    const one = all.get(address) ?? { count: 0, routes: new Set<string>(), last: minute };
    one.count += count;
    one.routes.add(route);
    if (minute > one.last) one.last = minute;
    all.set(address, one);
  }
  return [...all].map(([address, { count, routes, last }]) => ({ address, count, routes: routes.size, last })).sort((a, b) => b.count - a.count);
}

/** Refusals of whoever presented no valid credential. */
export function StrangersPage() {
  const [state, set] = useFragmentState(DEFAULTS);
  const back = RANGES[state.range];
  const since = useMemo(() => (back === undefined ? undefined : new Date(Math.floor((Date.now() - back) / 60_000) * 60_000).toISOString()), [back]);
  const list = useSearch("/api/v1/audit-events/anonymous-denials/search", { address: state.address, sort: state.sort as Schema<"AnonymousDenialOrder">, ...(since === undefined ? {} : { since }) }, { limit: 1000 });
  const grouped = useMemo(() => totals(list.items), [list.items]);
  const isFiltered = state.address !== "" || state.range !== "24h";
  const reset = () => set({ address: "", range: "24h" });
  const empty = (
    <EmptyState actions={isFiltered && <Button onPress={reset}>Clear filters</Button>} icon="shield" title="Nobody was refused">
      Nobody without a valid credential asked for anything in this time. Refusals are counted by minute, address and route.
    </EmptyState>
  );
  return (
    <Page breadcrumbs={[["Audit events", "/audit/events"]]} description="Requests without a valid credential. There may be any number of them, so they are counted by minute, address and route, and are no events of their own." title="Refused strangers">
      <Filters end={<ExportMenu asked={list.asked} name="anonymous-denials" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Address" onChange={(address) => set({ address })} placeholder="Address, whole" value={state.address} />
        <Select inline label="Time" onChange={(range) => set({ range })} options={TIMES} value={state.range} />
        <Select
          inline
          label="Counted"
          onChange={(by) => set({ by })}
          options={[
            { value: "address", label: "by address" },
            { value: "minute", label: "by minute and route" },
          ]}
          value={state.by}
        />
      </Filters>
      {state.by === "minute" ? (
        <Table columns={MINUTES} empty={empty} label="Refusals by minute" list={list} onSort={(sort) => set({ sort })} rowId={(denial) => `${denial.minute} ${denial.address} ${denial.route}`} sort={state.sort} />
      ) : (
        <>
          <Table columns={TOTALS} empty={empty} label="Refusals by address" list={list.isLoading || list.error ? { ...fixedList<Total>(undefined, { error: list.error, retry: list.retry }) } : fixedList(grouped)} rowId={(total) => total.address} />
          {list.hasMore && (
            <p className={styles.note}>
              Of the newest {number(list.items.length)} lines.{" "}
              <Button kind="quiet" onPress={list.more} pending={list.isFetching} small>
                Read further
              </Button>
            </p>
          )}
        </>
      )}
    </Page>
  );
}
