import type { ReactNode } from "react";
import { type Readiness, useReadiness } from "../../api";
import { Badge, Button, CopyAsCurl, EmptyState, ErrorState, KeyValue, Link, Notice, Page, Panel, SkeletonLines, Stack, Table, Time, type Tone, fixedList, lasting } from "../../ui";
import styles from "./health.module.css";

const SINKS: Record<string, string> = { webhook: "Webhook", syslog: "Syslog", nats: "NATS JetStream", file: "File" };

/** Days before a certificate ends from which on it is warned of. */
const SOON = 21;

/** What the server that answers says of itself and of what it depends on. It is read anew every five seconds. */
export function HealthPage() {
  const query = useReadiness({ everyMs: 5_000 });
  const { data } = query;
  return (
    <Page
      actions={
        <>
          <CopyAsCurl path="/readyz?verbose" />
          <Button icon="refresh" onPress={() => void query.refetch()} pending={query.isFetching && data === undefined}>
            Read again
          </Button>
        </>
      }
      description="As the server that answers knows it, read anew every five seconds. Other servers of the installation have their own."
      status={data && (data.ready ? <Badge icon="check" tone="allow">Ready</Badge> : <Badge icon="alert" tone="deny">Not ready</Badge>)}
      title="Health"
    >
      {query.error && data === undefined && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.error && data !== undefined && <Notice kind="deny" title="The server does not answer now">What stands here is from before. {query.error.title}.</Notice>}
      {query.isPending && (
        <Panel>
          <SkeletonLines lines={8} />
        </Panel>
      )}
      {data && <Known health={data} />}
    </Page>
  );
}

function Part({ title, tone, word, children }: { title: string; tone: Tone; word: string; children: ReactNode }) {
  return (
    <Panel
      actions={
        <Badge icon={tone === "allow" ? "check" : tone === "neutral" ? "info" : "alert"} tone={tone}>
          {word}
        </Badge>
      }
      title={title}
    >
      {children}
    </Panel>
  );
}

function Known({ health }: { health: Readiness }) {
  const { database, policy, record, detections, tls } = health;
  const lag = database.lag ?? 0;
  return (
    <Stack>
      <div className={styles.parts}>
        <Part title="Database" tone={health.store ? "allow" : "deny"} word={health.store ? "Answers" : "Does not answer"}>
          <KeyValue
            entries={[
              ["Last change", database.last_revision === undefined || database.last_revision === null ? "Cannot be read" : `Revision ${database.last_revision}`],
              ["Not in force here yet", lag === 0 ? "Nothing" : `${lag} change${lag === 1 ? "" : "s"}`],
            ]}
          />
        </Part>
        <Part title="Policy" tone={policy.mistakes_in_last_edit === 0 ? "allow" : "deny"} word={policy.mistakes_in_last_edit === 0 ? "In force" : "The last edit has mistakes"}>
          <KeyValue
            entries={[
              ["Decides", <Link key="policy" to="/policy">{`Revision ${policy.revision}`}</Link>],
              ["Mistakes in the last edit", policy.mistakes_in_last_edit === 0 ? "None" : `${policy.mistakes_in_last_edit}: the policy before it still decides`],
            ]}
          />
        </Part>
        {record && (
          <Part title="Signing and recording" tone={!record.can_append ? "deny" : record.reaches_database ? "allow" : "warn"} word={!record.can_append ? "Cannot record" : record.reaches_database ? "Records" : "Waits for the database"}>
            <KeyValue
              entries={[
                ["Not in the signed log yet", `${record.behind_events.toLocaleString("en")} events, ${bytes(record.behind_bytes)}`],
                ["Segments given up", record.failed_segments.toLocaleString("en")],
                ["Held up", `${record.held_up.toLocaleString("en")} times since the start`],
                !record.can_append && ["Meanwhile", "Decisions are refused: nothing is decided that cannot be recorded"],
              ]}
            />
          </Part>
        )}
        <Part
          title="Detections"
          tone={detections === undefined || detections === null ? "neutral" : detections.failures > 0 ? "deny" : detections.lost_events > 0 ? "warn" : "allow"}
          word={detections === undefined || detections === null ? "Another server looks" : detections.failures > 0 ? "Failing" : detections.lost_events > 0 ? "Passed over events" : "Active"}
        >
          {detections ? (
            <KeyValue entries={[["Not looked at yet", `${detections.behind_events.toLocaleString("en")} events`], ["Passed over", `${detections.lost_events.toLocaleString("en")} events`], detections.failures > 0 && ["Why", detections.error ?? "Not known"]]} />
          ) : (
            "One server at a time looks at the log. It is not the one that answered."
          )}
        </Part>
        <Certificate tls={tls} />
      </div>
      <Others health={health} />
    </Stack>
  );
}

function Certificate({ tls }: { tls: Readiness["tls"] }) {
  if (!tls) {
    return (
      <Part title="Certificate" tone="neutral" word="No TLS here">
        The server speaks plain HTTP: a proxy in front of it holds the certificate, and says when it ends.
      </Part>
    );
  }
  const days = Math.floor((Date.parse(tls.ends_at) - Date.now()) / 86_400_000);
  const isSoon = days < SOON;
  return (
    <Part title="Certificate" tone={days < 0 ? "deny" : isSoon || !tls.follows_its_files ? "warn" : "allow"} word={days < 0 ? "Ended" : isSoon ? `${days} days left` : "Good"}>
      <KeyValue entries={[["Ends", <Time exact key="ends" value={tls.ends_at} />], ["Follows its files", tls.follows_its_files ? "Yes" : "No: the server's log says why"]]} />
    </Part>
  );
}

function Others({ health }: { health: Readiness }) {
  return (
    <>
      <Panel flush title="Audit sinks">
        <Table
          bare
          columns={[
            { id: "name", title: "Sink", cell: (sink) => <Link to={`/audit-sinks#search=${encodeURIComponent(sink.name ?? "")}`}>{sink.name ?? "Hidden"}</Link> },
            { id: "kind", title: "Kind", width: "110px", cell: (sink) => SINKS[sink.kind] ?? sink.kind },
            { id: "state", title: "State", width: "120px", cell: (sink) => (sink.paused ? <Badge icon="pause" tone="warn">Paused</Badge> : sink.failures > 0 ? <Badge icon="alert" tone="deny">Failing</Badge> : <Badge icon="check" tone="allow">Sending</Badge>) },
            { id: "behind", title: "Behind", width: "190px", cell: (sink) => (sink.behind_events === 0 ? "Nothing waits" : `${sink.behind_events.toLocaleString("en")} event${sink.behind_events === 1 ? "" : "s"}, ${lasting(sink.behind_seconds)}`) },
            { id: "error", title: "Why", width: "2fr", wrap: true, cell: (sink) => sink.error ?? "" },
          ]}
          empty={<EmptyState compact icon="send" title="No sink sends from here">What is on record stays in the log.</EmptyState>}
          label="Audit sinks"
          list={fixedList(health.audit_sinks)}
          rowId={(sink) => `${sink.name}${sink.kind}`}
        />
      </Panel>
      <Panel flush title="Providers">
        <Table
          bare
          columns={[
            { id: "name", title: "Provider", cell: (provider) => <Link to={`/providers#search=${encodeURIComponent(provider.name ?? "")}`}>{provider.name ?? "Hidden"}</Link> },
            { id: "reach", title: "State", width: "160px", cell: (provider) => (provider.reachable ? <Badge icon="check" tone="allow">Reachable</Badge> : <Badge icon="alert" tone={provider.keys > 0 ? "warn" : "deny"}>Not reachable</Badge>) },
            { id: "keys", title: "Keys", width: "80px", end: true, cell: (provider) => provider.keys },
          ]}
          empty={<EmptyState compact icon="link" title="No providers">Accounts of Casemate's own need none.</EmptyState>}
          label="Providers"
          list={fixedList(health.providers)}
          rowId={(provider) => provider.name ?? ""}
        />
      </Panel>
      <Panel flush title="Jobs">
        <Table
          bare
          columns={[
            { id: "name", title: "Job", cell: (lease) => <code>{lease.name}</code> },
            { id: "until", title: "Held until", width: "220px", cell: (lease) => <Time value={lease.until} /> },
          ]}
          empty={<EmptyState compact icon="clock" title="No job runs">Jobs are held by one server at a time.</EmptyState>}
          label="Jobs"
          list={fixedList(health.leases)}
          rowId={(lease) => lease.name}
        />
      </Panel>
      <Notice title="What is not known here">The API tells neither how long a server runs nor which other servers there are: what jobs are held is all that is seen of them. Figures of each server are at /metrics of its own listener.</Notice>
    </>
  );
}

function bytes(count: number): string {
  if (count < 1024) return `${count} bytes`;
  if (count < 1024 * 1024) return `${Math.round(count / 1024)} KiB`;
  return `${Math.round(count / 1024 / 1024)} MiB`;
}
