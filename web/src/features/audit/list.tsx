import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Button, type Column, CopyAsCurl, EmptyState, Filters, IconButton, Link, Page, SearchField, Table, useFragmentState } from "../../ui";
import styles from "./audit.module.css";
import { Count } from "./count";
import { type Event, type Walk, rememberListed, useWalk } from "./events";
import { ExportDialog } from "./export";
import { Chips, FilterDialog, QuickFilters } from "./filters";
import { useNames } from "./names";
import { Party, Thing } from "./party";
import { SavedSearches } from "./saved";
import { NOTHING, type Terms, bodyOf, isSought } from "./terms";
import { Why, whyLink } from "./why";
import { Outcome, Stamp, events, zoneName } from "./words";

/** The columns of a list of events. */
export function eventColumns(names: ReadonlyMap<string, string>, sorted: boolean): Column<Event>[] {
  return [
    {
      id: "at",
      title: `Time (${zoneName()})`,
      width: "158px",
      ...(sorted ? { sort: "id" } : {}),
      cell: (event) => (
        <Link to={`/audit/events/${event.id}`}>
          <Stamp at={event.at} />
        </Link>
      ),
    },
    { id: "outcome", title: "Outcome", width: "92px", cell: (event) => <Outcome outcome={event.outcome} /> },
    { id: "action", title: "Action", width: "2fr", cell: (event) => <code className={styles.action} title={event.action}>{event.action}</code> },
    { id: "actor", title: "Who", width: "1.7fr", cell: (event) => <Who event={event} names={names} /> },
    { id: "resource", title: "On", width: "1.65fr", cell: (event) => (event.resource.type === "" && event.resource.id === "" ? null : <Thing event={event} names={names} />) },
    { id: "reason", title: "Reason", width: "1.55fr", cell: (event) => (event.reason || whyLink(event) ? <Reason event={event} /> : null) },
    { id: "client", title: "Address", width: "104px", cell: (event) => event.client ?? "" },
  ];
}

/** Whom it is about, and who asked; or who did it. */
function Who({ event, names }: { event: Event; names: ReadonlyMap<string, string> }) {
  if (!event.subject) return <Party names={names} who={event.actor} />;
  return (
    <span className={styles.asked}>
      <Party names={names} who={event.subject} />
      <span>
        by <Party names={names} plain who={event.actor} />
      </span>
    </span>
  );
}

function Reason({ event }: { event: Event }) {
  return (
    <span className={styles.reason}>
      {event.reason && <span title={event.reason}>{event.reason}</span>}
      <Why event={event} />
    </span>
  );
}

/** How far a search has looked, while it looks on by itself. */
export function Looking({ walk }: { walk: Walk }) {
  if (walk.isWalking && walk.pages > 0) {
    return (
      <div className={styles.looking} role="status">
        <span>
          Looking further back: {walk.pages} {walk.pages === 1 ? "page" : "pages"} of the log read, {events(walk.items.length)} found
        </span>
        <Button icon="x" onPress={walk.stop} small>
          Stop
        </Button>
      </div>
    );
  }
  if (!walk.isStopped) return null;
  return (
    <div className={styles.looking} role="status">
      <span>
        Stopped after {walk.pages} {walk.pages === 1 ? "page" : "pages"}: others that fit may be further back
      </span>
      <Button icon="play" onPress={walk.goOn} small>
        Go on
      </Button>
    </div>
  );
}

/** Who did what: the whole trail, searched. */
export function EventListPage() {
  const [terms, setTerms] = useFragmentState(NOTHING);
  const [isFiltering, setIsFiltering] = useState(false);
  const [isExporting, setIsExporting] = useState(false);
  const [now, setNow] = useState(() => Date.now());
  const queries = useQueryClient();
  const body = bodyOf(terms, now);
  const walk = useWalk("/api/v1/audit-events/search", body);
  const names = useNames(useMemo(() => [...walk.items.flatMap((event) => [event.actor, event.subject, asSomebody(event)]), ...[terms.actor, terms.party, terms.subject].map(somebodyOf)], [walk.items, terms.actor, terms.party, terms.subject]));
  const columns = useMemo(() => eventColumns(names, true), [names]);
  useEffect(() => rememberListed(walk.items.map((event) => event.id)), [walk.items]);
  const reset = () => setTerms({ ...NOTHING, sort: terms.sort });
  const open = (saved: Terms) => {
    setNow(Date.now());
    setTerms(saved);
  };
  const refresh = () => {
    setNow(Date.now());
    void queries.resetQueries({ queryKey: [walk.asked.path, walk.asked.body] });
  };
  const sought = isSought(terms);
  return (
    <Page
      actions={
        <>
          <SavedSearches body={body} onOpen={open} terms={terms} />
          <IconButton icon="refresh" kind="plain" label="Read anew" onPress={refresh} />
        </>
      }
      commands={[
        { title: "Filter events", icon: "filter", run: () => setIsFiltering(true) },
        { title: "Export events", icon: "download", run: () => setIsExporting(true) },
        { title: "Read events anew", icon: "refresh", run: refresh },
      ]}
      description="Who did what, when, from where, and how it ended. That you read it is on record too."
      title="Audit events"
    >
      <Filters
        end={
          <>
            <Count body={body} />
            <Button icon="download" onPress={() => setIsExporting(true)}>
              Export
            </Button>
          </>
        }
        onReset={sought ? reset : undefined}
      >
        <SearchField label="Search events" maxLength={4096} onChange={(search) => setTerms({ search })} placeholder="Words, or action:casemate.role.*" value={terms.search} />
        <QuickFilters set={setTerms} terms={terms} />
        <Button icon="filter" onPress={() => setIsFiltering(true)}>
          Filters
        </Button>
      </Filters>
      <Chips names={names} set={setTerms} terms={terms} />
      <Looking walk={walk} />
      <Table
        columns={columns}
        empty={
          <EmptyState
            actions={
              walk.isStopped ? (
                <Button icon="play" onPress={walk.goOn}>
                  Go on looking
                </Button>
              ) : (
                sought && <Button onPress={reset}>Clear filters</Button>
              )
            }
            icon="search"
            title={walk.isStopped ? "Nothing found yet" : sought ? "No event fits" : "No events yet"}
          >
            {walk.isStopped ? "You stopped the search before the log's beginning." : sought ? "Nothing on record that you may see has what you search for. Sign-ins and what is of the whole installation are found under Filters, by another scope." : "What happens from now on comes here."}
          </EmptyState>
        }
        label="Audit events"
        list={walk}
        onSort={(sort) => setTerms({ sort })}
        rowId={(event) => String(event.id)}
        sort={terms.sort}
        to={(event) => `/audit/events/${event.id}`}
      />
      {!walk.isLoading && walk.items.length > 0 && (
        <div className={styles.under}>
          <CopyAsCurl method="POST" path={walk.asked.path} body={walk.asked.body} />
        </div>
      )}
      {isExporting && <ExportDialog body={body} onClose={() => setIsExporting(false)} />}
      {isFiltering && <FilterDialog onClose={() => setIsFiltering(false)} set={open as (changes: Partial<Terms>) => void} terms={terms} />}
    </Page>
  );
}

/** Whom a search is about, where its id says that it is a person. */
function somebodyOf(id: string) {
  return id.startsWith("usr_") ? { provider: "", type: "user", id } : undefined;
}

/** What something was done to, where it is somebody. */
export function asSomebody(event: Event) {
  return event.resource.type === "user" ? { provider: "", type: "user", id: event.resource.id } : undefined;
}
