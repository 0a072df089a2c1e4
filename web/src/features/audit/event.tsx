import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, type Schema, api, got } from "../../api";
import { useParam } from "../../shell/root";
import { CopyAsCurl, CopyButton, EmptyState, ErrorState, Icon, IconButton, Id, KeyValue, Link, LinkButton, Page, Panel, SkeletonLines, Split, exactTime, toast, toastError, useKey } from "../../ui";
import styles from "./audit.module.css";
import { Changes } from "./changes-view";
import { type Event, besides } from "./events";
import { asSomebody } from "./list";
import { type Somebody, useNames } from "./names";
import { PartyWhole, ThingWhole, pageOf } from "./party";
import { Proof } from "./proof";
import { eventsLink, timelineLink } from "./terms";
import { Why } from "./why";
import { Outcome } from "./words";

const CRUMBS = [["Audit events", "/audit/events"]] as const;

/** An event: all that is on record of it, and that it is what was recorded. */
export function EventPage() {
  const id = useParam("id");
  const query = useQuery({
    queryKey: ["/api/v1/audit-events/{id}", id],
    // Nothing of it changes any more, and each reading of it is on record.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/audit-events/{id}", { params: { path: { id } }, signal })),
  });
  if (query.error && query.data === undefined) {
    return (
      <Page breadcrumbs={CRUMBS} title={`Event ${id}`}>
        {query.error instanceof ApiError && query.error.status === 404 ? (
          <EmptyState actions={<LinkButton to="/audit/events">All audit events</LinkButton>} icon="search" title="There is no such event">
            None has this place in the log, or it is not yours to see.
          </EmptyState>
        ) : (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
      </Page>
    );
  }
  if (query.data === undefined) {
    return (
      <Page breadcrumbs={CRUMBS} title={`Event ${id}`}>
        <Split
          aside={
            <Panel title="Proof">
              <SkeletonLines lines={3} />
            </Panel>
          }
        >
          <Panel title="What happened">
            <SkeletonLines lines={9} />
          </Panel>
        </Split>
      </Page>
    );
  }
  return <Known detail={query.data} key={id} />;
}

function Known({ detail }: { detail: Schema<"AuditEventDetail"> }) {
  const { event, text } = detail;
  const names = useNames([event.actor, event.acting_for, event.subject, asSomebody(event)]);
  return (
    <Page
      actions={
        <>
          <Neighbours event={event} />
          <CopyAsCurl path={`/api/v1/audit-events/${event.id}`} />
          <Why button event={event} />
        </>
      }
      breadcrumbs={CRUMBS}
      status={<Outcome outcome={event.outcome} />}
      title={event.action}
    >
      <Split
        aside={
          <>
            <Proof detail={detail} key={event.id} />
            <Panel title="Request">
              <KeyValue
                entries={[
                  ["Id", event.request_id === "" ? "None: the server did it by itself" : <Id key="id" value={event.request_id} />],
                  event.item !== undefined && event.item !== null && ["Place in batch", event.item],
                  !!event.route && ["Route", <code key="route">{event.route}</code>],
                  !!event.client && ["Address", <code key="client">{event.client}</code>],
                  !!event.user_agent && ["User agent", event.user_agent],
                ]}
              />
            </Panel>
            <Further event={event} names={names} />
          </>
        }
      >
        <Panel title="What happened">
          <KeyValue
            entries={[
              ["When", <When at={event.at} key="at" />],
              ["Who", <PartyWhole key="who" names={names} who={event.actor} />],
              !!event.actor.credential && ["With", <Credential credential={event.actor.credential} key="with" />],
              !!event.acting_for && ["Acting for", <PartyWhole key="for" names={names} who={event.acting_for} />],
              ["Action", <code key="action">{event.action}</code>],
              (event.resource.type !== "" || event.resource.id !== "") && ["On", <ThingWhole event={event} key="on" names={names} />],
              !!event.subject && ["About", <PartyWhole key="about" names={names} who={event.subject} />],
              ["Outcome", <Outcome key="outcome" outcome={event.outcome} />],
              !!event.reason && ["Reason", <span key="reason">{event.reason}</span>],
              !!event.permission && ["Decided by", <code key="permission">{event.permission}</code>],
              ["Kind", event.kind],
              ["Area", event.area],
              !!event.application && ["Application", event.application],
              ["Tenant", event.tenant === "" ? "None: it is about the whole installation" : event.tenant],
              ["Revision", event.revision],
              ["Place in the log", <Id key="id" value={String(event.id)} />],
            ]}
          />
        </Panel>
        <Changes event={event} />
        <ExactText text={text} />
      </Split>
    </Page>
  );
}

function When({ at }: { at: string }) {
  return (
    <span className={styles.whole}>
      <time dateTime={at}>{exactTime(Date.parse(at))}</time>
      <span className={styles.exactly}>{at}</span>
    </span>
  );
}

/** A session or a key, by its public name. */
function Credential({ credential }: { credential: string }) {
  const kind = credential.startsWith("ses_") ? "Session" : credential.startsWith("imp_") ? "Impersonation" : "Credential";
  return (
    <span className={styles.whole}>
      <span>{kind}</span>
      <Id value={credential} />
      <Link to={eventsLink({ search: credential })}>Events with it</Link>
    </span>
  );
}

/** The event before and the one behind: of the list that led here, or else of the log. `k` and `j`. */
function Neighbours({ event }: { event: Event }) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const known = besides(event.id);
  const open = (id: number) => void router.navigate({ to: `/audit/events/${id}`, search: true, replace: true } as never);
  const go = (behind: boolean) => {
    if (isBusy) return;
    if (known) {
      const id = behind ? known.behind : known.before;
      if (id === undefined) toast(behind ? "This is the last one of the list" : "This is the first one of the list");
      else open(id);
      return;
    }
    setIsBusy(true);
    beside(event, behind)
      .then((found) => {
        if (found === undefined) toast(behind ? "There is no earlier event" : "There is no later event");
        else open(found);
      }, toastError)
      .finally(() => setIsBusy(false));
  };
  useKey("k", () => go(false));
  useKey("j", () => go(true));
  return (
    <span className={styles.pair}>
      <IconButton disabled={known !== undefined && known.before === undefined} icon="chevronUp" kind="plain" label={known ? "Previous in the list (k)" : "Later event (k)"} onPress={() => go(false)} />
      <IconButton disabled={known !== undefined && known.behind === undefined} icon="chevronDown" kind="plain" label={known ? "Next in the list (j)" : "Earlier event (j)"} onPress={() => go(true)} />
    </span>
  );
}

/** The event next to it in the log that whoever looks may see. A page may be empty and yet say where the next begins. */
async function beside(event: Event, earlier: boolean): Promise<number | undefined> {
  const wanted = { ...(event.tenant === "" ? { installation: true } : {}), beyond: event.id, sort: earlier ? ("-id" as const) : ("id" as const), limit: 1 };
  let after: string | undefined;
  for (let page = 0; page < 20; page += 1) {
    const found: { items: Event[]; next?: string | null } = got(await api.POST("/api/v1/audit-events/search", { body: { ...wanted, ...(after === undefined ? {} : { after }) } }));
    const id = found.items[0]?.id;
    if (id !== undefined || !found.next) return id;
    after = found.next;
  }
  return undefined;
}

/** Where to look next. */
function Further({ event, names }: { event: Event; names: ReadonlyMap<string, string> }) {
  const scope = event.tenant === "" ? { scope: "installation" } : {};
  const who = (one: Somebody) => names.get(one.id) ?? one.id.slice(0, 12);
  const { type, id } = event.resource;
  const lines: [string, string][] = [
    ...(event.actor.id === "" ? [] : [[`All by ${who(event.actor)}`, eventsLink({ ...scope, actor: event.actor.id })] as [string, string], [`Timeline of ${who(event.actor)}`, timelineLink({ identity: event.actor.id })] as [string, string]]),
    ...(event.subject && event.subject.id !== "" ? [[`Timeline of ${who(event.subject)}`, timelineLink({ identity: event.subject.id })] as [string, string]] : []),
    ...(id === "" ? [] : [[`Timeline of this ${type}`, type === "user" ? timelineLink({ identity: id }) : timelineLink({ type, id })] as [string, string]]),
    ...(event.request_id === "" ? [] : [["All of the same request", eventsLink({ ...scope, request: event.request_id })] as [string, string]]),
    ...(event.client ? [["All from the same address", eventsLink({ ...scope, client: event.client })] as [string, string]] : []),
    ["All of the same action", eventsLink({ ...scope, action: event.action })],
  ];
  const page = pageOf(type, id);
  return (
    <Panel title="Look further">
      <ul className={styles.further}>
        {lines.map(([title, to]) => (
          <li key={title}>
            <Icon name="arrowRight" size={14} />
            <Link to={to}>{title}</Link>
          </li>
        ))}
        {page !== undefined && (
          <li>
            <Icon name="external" size={14} />
            <Link to={page}>The {type} as it is now</Link>
          </li>
        )}
      </ul>
    </Panel>
  );
}

function ExactText({ text }: { text: string }) {
  return (
    <Panel actions={<CopyButton label="Copy the exact text" text={text} />} title="Exact text">
      <p className={styles.note}>These bytes are what the log commits to.</p>
      <pre className={styles.exact} tabIndex={0}>
        {text}
      </pre>
    </Panel>
  );
}
