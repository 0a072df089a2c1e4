import { useEffect, useMemo, useState } from "react";
import { useMe } from "../../api";
import { Badge, Button, CopyAsCurl, EmptyState, ErrorState, Filters, Icon, type IconName, Link, LinkButton, Page, Panel, Select, SkeletonLines, shortId, useFragmentState } from "../../ui";
import { type Event, rememberListed, useWalk } from "./events";
import { TIMES } from "./filters";
import { Looking, asSomebody } from "./list";
import { useNames } from "./names";
import { Party, Thing, pageOf } from "./party";
import { RANGES, eventsLink } from "./terms";
import { Chosen } from "./timeline-of";
import styles from "./timeline.module.css";
import { Why } from "./why";
import { Outcome, clockOf, dayOf, zoneName } from "./words";

export const DEFAULTS = { identity: "", type: "", id: "", login: "", range: "", sort: "-id" };

/** All that is on record of a person or a thing, day by day. */
export function TimelinePage() {
  const [state, set] = useFragmentState(DEFAULTS);
  const me = useMe();
  const [now] = useState(() => Date.now());
  const isKnown = state.identity !== "" || (state.type !== "" && state.id !== "");
  const back = RANGES[state.range];
  const body = {
    ...(state.identity !== "" ? { identity: state.identity, ...(state.login === "" ? {} : { logins: [state.login] }) } : { resource: { type: state.type, id: state.id } }),
    ...(back === undefined ? {} : { since: new Date(Math.floor((now - back) / 60_000) * 60_000).toISOString() }),
    ...(state.sort === "id" ? { sort: "id" } : {}),
  };
  const walk = useWalk("/api/v1/audit-events/timeline", body, { enabled: isKnown });
  const names = useNames(useMemo(() => [{ provider: "", type: "user", id: state.identity }, ...walk.items.flatMap((event) => [event.actor, event.subject, asSomebody(event)])], [walk.items, state.identity]));
  useEffect(() => rememberListed(walk.items.map((event) => event.id)), [walk.items]);
  const of = state.identity !== "" ? (names.get(state.identity) ?? shortId(state.identity)) : `${state.type} ${names.get(state.id) ?? shortId(state.id)}`;
  const page = state.identity !== "" ? (state.identity.startsWith("usr_") ? `/users/${state.identity}` : undefined) : pageOf(state.type, state.id);
  return (
    <Page
      actions={
        isKnown && (
          <>
            {page !== undefined && (
              <LinkButton icon="external" to={page}>
                {state.identity !== "" ? "Their page" : "Its page"}
              </LinkButton>
            )}
            <LinkButton icon="search" to={eventsLink(state.identity !== "" ? { party: state.identity } : { resource: `${state.type}:${state.id}` })}>
              Search in it
            </LinkButton>
          </>
        )
      }
      breadcrumbs={[["Audit events", "/audit/events"]]}
      description="What somebody did, and what was done to and decided about them; or all that happened to a thing."
      title={isKnown ? `Timeline of ${of}` : "Timeline"}
    >
      <Chosen key={`${state.identity} ${state.type} ${state.id}`} onChoose={set} state={state} />
      {isKnown && (
        <Filters end={<CopyAsCurl body={body} method="POST" path="/api/v1/audit-events/timeline" />}>
          <Select inline label="Time" onChange={(range) => set({ range: range === "any" ? "" : range })} options={TIMES} value={state.range || "any"} />
          <Select
            inline
            label="Order"
            onChange={(sort) => set({ sort })}
            options={[
              { value: "-id", label: "newest first" },
              { value: "id", label: "oldest first" },
            ]}
            value={state.sort}
          />
        </Filters>
      )}
      {isKnown && <Looking walk={walk} />}
      {isKnown && walk.error && walk.items.length === 0 ? (
        <ErrorState error={walk.error} onRetry={walk.retry} />
      ) : isKnown && walk.isLoading ? (
        <Panel>
          <SkeletonLines lines={10} />
        </Panel>
      ) : isKnown && walk.items.length === 0 ? (
        <EmptyState icon="history" title={walk.isStopped ? "Nothing found yet" : "Nothing is on record"}>
          {walk.isStopped ? "You stopped it before the log's beginning." : "Nothing that you may see in this tenant tells of it in this time."}
        </EmptyState>
      ) : (
        isKnown && <Days events={walk.items} identity={state.identity} names={names} />
      )}
      {!isKnown && (
        <EmptyState
          actions={
            me.id !== undefined && (
              <Button icon="history" onPress={() => set({ identity: me.id ?? "", login: "", type: "", id: "" })}>
                Show your own
              </Button>
            )
          }
          icon="history"
          title="Whose timeline?"
        >
          Choose somebody above. Pages of users, accounts, roles and other things lead to theirs too.
        </EmptyState>
      )}
      {isKnown && walk.hasMore && walk.items.length > 0 && (
        <div className={styles.more}>
          <Button onPress={walk.more} pending={walk.isFetching}>
            {state.sort === "id" ? "Later events" : "Earlier events"}
          </Button>
        </div>
      )}
    </Page>
  );
}

const ICONS: Record<string, IconName> = { create: "plus", update: "edit", delete: "trash", read: "eye", export: "download", "sign-in": "unlock", "sign-out": "signOut", decision: "role", add: "plus", remove: "x", revoke: "ban", restore: "undo" };

function Days({ events, identity, names }: { events: readonly Event[]; identity: string; names: ReadonlyMap<string, string> }) {
  const days: { day: string; events: Event[] }[] = [];
  for (const event of events) {
    const day = dayOf(event.at);
    const last = days[days.length - 1];
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return (
    <div className={styles.days}>
      {days.map(({ day, events: of }, index) => (
        <section aria-label={day} key={`${day} ${index}`}>
          <h2 className={styles.day}>
            {day} <span>{zoneName()}</span>
          </h2>
          <ol className={styles.events}>
            {of.map((event) => (
              <li key={event.id}>
                <time dateTime={event.at}>{clockOf(event.at)}</time>
                <span className={styles.sign}>
                  <Icon name={ICONS[event.kind] ?? "dot"} size={14} />
                </span>
                <div className={styles.what}>
                  <Link to={`/audit/events/${event.id}`}>{event.action}</Link>
                  <Thing event={event} names={names} />
                  {event.reason && <span className={styles.reason}>{event.reason}</span>}
                  <Why event={event} />
                </div>
                <div className={styles.who}>
                  {identity !== "" && <Badge>{roleOf(event, identity)}</Badge>}
                  {event.actor.id !== identity && <Party names={names} who={event.actor} />}
                </div>
                <Outcome outcome={event.outcome} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

/** What somebody has to do with an event of theirs. */
function roleOf(event: Event, identity: string): string {
  if (event.actor.id === identity) return "did it";
  if (event.acting_for?.id === identity) return "done for them";
  if (event.subject?.id === identity) return "decided about them";
  return "done to them";
}
