import { useQuery } from "@tanstack/react-query";
import { type Schema, api, got, useAllowed } from "../../api";
import { Address, type Column, CopyButton, cx, EmptyState, fixedList, KeyValue, Link, LinkButton, Notice, Panel, shortId, Stack, Status, Table, Time } from "../../ui";
import buttons from "../../ui/button.module.css";
import type { Provider } from "./products";
import styles from "./provider.module.css";

type Event = Schema<"AuditEvent">;

/** Where signing in with a provider begins, and comes back to what it said. */
export function trialPath(name: string): string {
  return `/sign-in/${encodeURIComponent(name)}?${new URLSearchParams({ return_to: "/console/who-am-i", again: "1" })}`;
}

const COLUMNS: Column<Event>[] = [
  { id: "outcome", title: "Outcome", width: "110px", cell: (event) => <Status state={event.outcome === "success" ? "success" : "failure"} /> },
  { id: "who", title: "Who", width: "1.4fr", cell: (event) => <Link to={`/audit/events/${event.id}`}>{event.actor.id ? shortId(event.actor.id) : "Not known"}</Link> },
  { id: "reason", title: "Reason", width: "1.6fr", wrap: true, cell: (event) => event.reason ?? "" },
  { id: "client", title: "Address", width: "130px", cell: (event) => <code>{event.client ?? ""}</code> },
  { id: "at", title: "When", width: "120px", cell: (event) => <Time value={event.at} /> },
];

/** How people sign in with a provider: the addresses that it has to know, a trial, and how it went lately. */
export function SignIn({ provider }: { provider: Provider }) {
  const base = `${location.origin}/sign-in/${provider.name}`;
  const link = location.origin + trialPath(provider.name);
  const maySeeEvents = useAllowed("casemate.audit-event.list") === true;
  return (
    <Stack>
      <Panel
        actions={
          <a className={cx(buttons.button, buttons.primary, buttons.small)} href={trialPath(provider.name)} rel="noopener" target="_blank">
            Test sign-in
          </a>
        }
        title="Test sign-in"
      >
        <Stack>
          <div>It opens the provider's own sign-in, and comes back to a page that shows what it said: id, groups, claims, and what they may do.</div>
          <Notice kind="warn" title="A browser has one session">
            In this browser, whoever signs in takes the place of you. Open the link in a private window to stay signed in here.
          </Notice>
          <KeyValue
            entries={[
              [
                "Link",
                <span className={styles.address} key="link">
                  <Address value={link} />
                  <CopyButton label="Copy the link" text={link} />
                </span>,
              ],
            ]}
          />
          <div className={styles.faint}>
            Where it fails, the page shows a code and a request id, and the failure appears below. Details stand in the server's log alone, under that request id.
          </div>
        </Stack>
      </Panel>
      <Panel title="What the provider has to know">
        <KeyValue
          entries={(
            [
              ["Redirect URI", `${base}/callback`],
              ["Back-channel logout", `${base}/back-channel-logout`],
              ["After signing out", `${location.origin}/signed-out`],
            ] as const
          ).map(([title, text]) => [
            title,
            <span className={styles.address} key={title}>
              <Address value={text} />
              <CopyButton label={`Copy ${title}`} text={text} />
            </span>,
          ])}
        />
      </Panel>
      {maySeeEvents && <Lately provider={provider} />}
    </Stack>
  );
}

/** How many pages of sign-ins with all providers are looked through for those with one of them, and how many of these are shown. */
const PAGES = 4;
const SHOWN = 10;

function Lately({ provider }: { provider: Provider }) {
  const query = useQuery({ queryKey: ["sign-ins with", provider.name], queryFn: ({ signal }) => signInsWith(provider.name, signal) });
  const { own = [], looked = 0, isAll = false } = query.data ?? {};
  return (
    <Panel actions={<LinkButton small to="/sessions">Sessions</LinkButton>} flush title="Sign-ins lately">
      <Table
        bare
        columns={COLUMNS}
        empty={
          <EmptyState compact icon="session" title={isAll ? "Nobody signed in yet" : `None among the newest ${looked.toLocaleString("en")} sign-ins`}>
            {isAll ? "Sign-ins with it, and those that failed, appear here." : "Those with other providers are all that were looked at: the audit events know the earlier ones."}
          </EmptyState>
        }
        label="Sign-ins"
        list={fixedList(query.data && own, { error: query.error, retry: () => void query.refetch() })}
        rowId={(event) => String(event.id)}
      />
    </Panel>
  );
}

/** The newest sign-ins with a provider. The API does not search by it: those of all are gone through until there are enough. */
async function signInsWith(name: string, signal: AbortSignal): Promise<{ own: Event[]; looked: number; isAll: boolean }> {
  const own: Event[] = [];
  let looked = 0;
  let pages = 0;
  let after: string | undefined;
  do {
    pages += 1;
    const page = got(await api.POST("/api/v1/audit-events/search", { body: { kind: "sign-in", installation: true, limit: 500, ...(after === undefined ? {} : { after }) }, signal }));
    looked += page.items.length;
    own.push(...page.items.filter(({ actor, after: came }) => actor.provider === name || (came as { via?: string } | null | undefined)?.via === name));
    after = page.next ?? undefined;
  } while (after !== undefined && own.length < SHOWN && pages < PAGES);
  return { own: own.slice(0, SHOWN), looked, isAll: after === undefined };
}
