import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { Actor, Button, type Column, EmptyState, Link, Panel, Status, Table, Time, fixedList, isState } from "../../ui";

type Event = Schema<"AuditEvent">;
interface Row {
  id: number;
  event: Event | undefined;
  isGone: boolean;
}

/** How many are read at first: each is a request, and on record. */
const FIRST = 10;

const COLUMNS: Column<Row>[] = [
  { id: "at", title: "When", width: "112px", cell: ({ id, event, isGone }) => <Link to={`/audit/events/${id}`}>{event ? <Time value={event.at} /> : isGone ? `Event ${id}, not to be seen here` : `Event ${id}`}</Link> },
  { id: "outcome", title: "Outcome", width: "92px", cell: ({ event }) => (event && isState(event.outcome) ? <Status state={event.outcome} /> : (event?.outcome ?? "")) },
  { id: "action", title: "Action", width: "1.6fr", wrap: true, cell: ({ event }) => (event ? <code>{event.action}</code> : "") },
  { id: "who", title: "Who", width: "1.2fr", cell: ({ event }) => (event ? event.actor.id === "" ? <span>{event.actor.type === "anonymous" ? "Nobody known" : event.actor.type}</span> : <Actor id={event.actor.id} type={event.actor.type} /> : null) },
  { id: "client", title: "Address", width: "96px", cell: ({ event }) => event?.client ?? "" },
];

/** The events by which a rule matched. */
export function AlertEvents({ alert }: { alert: Schema<"Alert"> }) {
  const [isAll, setIsAll] = useState(false);
  const mayRead = useAllowed("casemate.audit-event.list") === true;
  const shown = isAll ? alert.events : alert.events.slice(0, FIRST);
  const rows = useQueries({
    queries: shown.map((id) => ({
      queryKey: ["/api/v1/audit-events/{id}", String(id)],
      enabled: mayRead,
      retry: false,
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      queryFn: async ({ signal }: { signal: AbortSignal }) => got(await api.GET("/api/v1/audit-events/{id}", { params: { path: { id: String(id) } }, signal })),
    })),
    combine: (answers) => shown.map((id, index): Row => ({ id, event: answers[index]?.data?.event, isGone: answers[index]?.isError ?? false })),
  });
  return (
    <Panel
      actions={
        !isAll &&
        alert.events.length > FIRST && (
          <Button kind="quiet" onPress={() => setIsAll(true)} small>
            Show all {alert.events.length}
          </Button>
        )
      }
      flush
      title="Events by which it matched"
    >
      <Table bare columns={COLUMNS} empty={<EmptyState compact icon="list" title="It names no events" />} label="Events" list={fixedList(rows)} rowId={(row) => String(row.id)} to={(row) => `/audit/events/${row.id}`} />
    </Panel>
  );
}
