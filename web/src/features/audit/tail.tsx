import { useEffect, useMemo, useRef, useState } from "react";
import type { ApiError } from "../../api";
import { Badge, Button, CopyAsCurl, EmptyState, ErrorState, Filters, Notice, Page, SearchField, Select, Table, fixedList, useFragmentState, useKey } from "../../ui";
import styles from "./audit.module.css";
import { type Event, rememberListed } from "./events";
import { asSomebody, eventColumns } from "./list";
import { useNames } from "./names";
import { follow } from "./stream";
import { NOTHING, bodyOf } from "./terms";
import { OUTCOMES, events as countOf } from "./words";

const DEFAULTS = { search: "", outcome: "" };
/** As many events as are kept; older ones are left out. */
const MOST = 500;
/** How often what came is drawn, in milliseconds. */
const DRAWN = 200;

interface Kept {
  shown: readonly Event[];
  /** Came while it was paused. */
  waiting: readonly Event[];
  leftOut: number;
}
const NONE: Kept = { shown: [], waiting: [], leftOut: 0 };

/** The newest of them, and how many there is no room for. */
function bounded(newest: readonly Event[], older: readonly Event[]): { kept: Event[]; lost: number } {
  const all = [...newest, ...older];
  return { kept: all.slice(0, MOST), lost: Math.max(0, all.length - MOST) };
}

/** Events as they come. */
export function TailPage() {
  const [state, set] = useFragmentState(DEFAULTS);
  const [kept, setKept] = useState<Kept>(NONE);
  const [isPaused, setIsPaused] = useState(false);
  const [isLost, setIsLost] = useState(false);
  const [refused, setRefused] = useState<ApiError | undefined>();
  const [tries, setTries] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const body = bodyOf({ ...NOTHING, ...state }, 0);
  const text = JSON.stringify(body);
  useEffect(() => {
    setKept(NONE);
    setIsLost(false);
    setRefused(undefined);
    setIsOpen(false);
    let came: Event[] = [];
    const timer = window.setInterval(() => {
      if (came.length === 0) return;
      const newest = came.reverse();
      came = [];
      setKept((now) => {
        const { kept: list, lost: gone } = bounded(newest, paused.current ? now.waiting : now.shown);
        return paused.current ? { ...now, waiting: list, leftOut: now.leftOut + gone } : { ...now, shown: list, leftOut: now.leftOut + gone };
      });
    }, DRAWN);
    const stop = follow(JSON.parse(text) as typeof body, {
      onOpen: () => {
        setIsOpen(true);
        setIsLost(false);
      },
      onEvent: (event) => {
        came.push(event);
        if (came.length > 2 * MOST) {
          const gone = came.length - MOST;
          came = came.slice(gone);
          setKept((now) => ({ ...now, leftOut: now.leftOut + gone }));
        }
      },
      onLost: () => {
        setIsOpen(false);
        setIsLost(true);
      },
      onRefused: (error) => {
        setIsOpen(false);
        setIsLost(false);
        setRefused(error);
      },
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [text, tries]);
  const toggle = () => {
    setIsPaused(!isPaused);
    if (isPaused)
      setKept((now) => {
        const { kept: shown, lost: gone } = bounded(now.waiting, now.shown);
        return { shown, waiting: [], leftOut: now.leftOut + gone };
      });
  };
  useKey("p", toggle);
  const names = useNames(useMemo(() => kept.shown.flatMap((event) => [event.actor, event.subject, asSomebody(event)]), [kept.shown]));
  const columns = useMemo(() => eventColumns(names, false), [names]);
  useEffect(() => rememberListed(kept.shown.map((event) => event.id)), [kept.shown]);
  return (
    <Page
      actions={
        <>
          <Button disabled={kept.shown.length === 0} onPress={() => setKept(NONE)}>
            Clear
          </Button>
          <Button icon={isPaused ? "play" : "pause"} kind="primary" onPress={toggle}>
            {isPaused ? (kept.waiting.length > 0 ? `Go on (${kept.waiting.length} waiting)` : "Go on") : "Pause"}
          </Button>
        </>
      }
      breadcrumbs={[["Audit events", "/audit/events"]]}
      commands={[{ title: isPaused ? "Go on with the tail" : "Pause the tail", icon: isPaused ? "play" : "pause", run: toggle }]}
      description="Events of this tenant as they come on record, from now on. Your own reading is among them."
      status={
        isPaused ? (
          <Badge icon="pause" tone="warn">
            Paused
          </Badge>
        ) : isOpen ? (
          <Badge icon="activity" tone="allow">
            Live
          </Badge>
        ) : refused ? (
          <Badge icon="ban" tone="warn">
            Stopped
          </Badge>
        ) : (
          <Badge icon="clock">Connecting</Badge>
        )
      }
      title="Live tail"
    >
      <Filters end={<CopyAsCurl body={body} method="POST" path="/api/v1/audit-events/tail" />} onReset={state.search !== "" || state.outcome !== "" ? () => set(DEFAULTS) : undefined}>
        <SearchField label="Filter events" maxLength={4096} onChange={(search) => set({ search })} placeholder="Words, or action:casemate.role.*" value={state.search} />
        <Select inline label="Outcome" onChange={(outcome) => set({ outcome: outcome === "any" ? "" : outcome })} options={[{ value: "any", label: "any" }, ...OUTCOMES.map((value) => ({ value, label: value }))]} value={state.outcome || "any"} />
      </Filters>
      {refused && <ErrorState compact error={refused} onRetry={() => setTries((now) => now + 1)} />}
      {isLost && (
        <Notice kind="warn" title="The connection broke off">
          It is tried again, and goes on behind the last event that came: nothing is missed.
        </Notice>
      )}
      {kept.leftOut > 0 && (
        <Notice kind="warn" title={`${countOf(kept.leftOut)} left out`}>
          The page keeps the newest {MOST}. All of them are on record: search for them among the audit events.
        </Notice>
      )}
      <Table
        columns={columns}
        empty={
          <EmptyState icon="activity" title={isOpen ? "Waiting for events" : refused ? "Nothing comes" : "Connecting"}>
            What happens from now on comes here by itself.
          </EmptyState>
        }
        label="Events as they come"
        list={fixedList(kept.shown)}
        rowId={(event) => String(event.id)}
        to={(event) => `/audit/events/${event.id}`}
      />
      {kept.shown.length > 0 && <p className={styles.note}>The newest {MOST} events are kept here while the page is open.</p>}
    </Page>
  );
}
