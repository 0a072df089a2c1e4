import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ApiError, api, got } from "../../api";
import { Badge, Button, CopyAsCurl, CopyButton, EmptyState, ErrorNotice, ErrorState, KeyValue, Link, Notice, Page, Panel, Skeleton, SkeletonLines, Split, Stat, Time } from "../../ui";
import { save } from "../../ui/export";
import styles from "./audit.module.css";
import { checkLog, originOf, sizeOf } from "./checks";
import { asApiErrorOf } from "./problem";
import { Steps } from "./proof";
import { eventsLink } from "./terms";
import { type CheckedLog, logVerdictOf } from "./verdict";
import { number } from "./words";

const PATH = "/api/v1/audit-log/checkpoint";

async function checkpointText(query: { cosigned?: string }, signal: AbortSignal): Promise<{ text: string; at: string }> {
  const { data, response } = await api.GET(PATH, { params: { query }, parseAs: "text", signal });
  return { text: data as unknown as string, at: response.headers.get("date") ?? new Date().toISOString() };
}

/** How long ago somebody whose root the server signs may have signed: a checkpoint follows an event within a second. */
const LATE = 10_000;

const SIGNS = { proved: "circleCheck", agrees: "info", not: "circleX", unknown: "info" } as const;
const TONES = { proved: "allow", agrees: "neutral", not: "deny", unknown: "neutral" } as const;

/** How the log is: how large, signed when and by whom, and seen by which witnesses. */
export function AuditLogPage() {
  /** What this page's own check said, and of which checkpoint; nothing before it, and where it could not be made. */
  const [checked, setChecked] = useState<CheckedLog | undefined>();
  const checkpoint = useQuery({ queryKey: [PATH], refetchInterval: 15_000, queryFn: ({ signal }) => checkpointText({}, signal) });
  const key = useQuery({ queryKey: ["/api/v1/audit-log/key"], queryFn: async ({ signal }) => got(await api.GET("/api/v1/audit-log/key", { signal })) });
  const cosigned = useQuery({ queryKey: [PATH, "cosigned"], enabled: (key.data?.witnesses.length ?? 0) > 0, retry: false, queryFn: ({ signal }) => checkpointText({ cosigned: "true" }, signal) });
  // When the event behind which it stands happened: the note itself says no time.
  const newest = useQuery({ queryKey: ["newest audit event"], refetchOnWindowFocus: false, staleTime: 60_000, queryFn: async ({ signal }) => got(await api.POST("/api/v1/audit-events/search", { body: { limit: 1 }, signal })).items[0] ?? null });
  const crumbs = [["Audit events", "/audit/events"]] as const;
  if (checkpoint.error && checkpoint.data === undefined) {
    return (
      <Page breadcrumbs={crumbs} title="Audit log">
        <ErrorState error={checkpoint.error} onRetry={() => void checkpoint.refetch()} />
      </Page>
    );
  }
  const text = checkpoint.data?.text;
  const verdict = text === undefined ? undefined : logVerdictOf(checked, text);
  const size = text === undefined ? undefined : sizeOf(text);
  const behind = size === undefined || !newest.data ? 0 : Math.max(0, newest.data.id + 1 - size);
  const isLate = behind > 0 && newest.data && Date.parse(checkpoint.data?.at ?? "") - Date.parse(newest.data.at) > LATE;
  return (
    <Page
      actions={
        <>
          <Button disabled={text === undefined} icon="download" onPress={() => text !== undefined && save(new Blob([text], { type: "text/plain" }), `checkpoint-${size}.txt`)}>
            Download checkpoint
          </Button>
          <CopyAsCurl path={PATH} />
        </>
      }
      breadcrumbs={crumbs}
      description="Every event has a place in one log, whose checkpoints are signed. Whoever keeps a checkpoint finds out if anything before it is changed."
      status={
        verdict !== undefined &&
        (isLate ? (
          <Badge icon="alert" tone="deny">
            Not signed
          </Badge>
        ) : (
          <Badge icon={SIGNS[verdict.is]} tone={TONES[verdict.is]}>
            {verdict.is === "unknown" && newest.data === undefined ? "Not known whether signed" : verdict.says}
          </Badge>
        ))
      }
      title="Audit log"
    >
      {isLate && (
        <Notice kind="deny" title={`${number(behind)} events are not signed for`}>
          A checkpoint follows an event within a second. <Link to={eventsLink({ action: "casemate.audit-log.*", scope: "installation" })}>Look at what the log says of its own signing</Link>, and at the server&apos;s health.
        </Notice>
      )}
      <div className={styles.figures}>
        <Figure isKnown={size !== undefined} label="Events in the log" note="of all tenants, as signed" value={number(size ?? 0)} />
        <Figure isKnown={checkpoint.data !== undefined} label="Last checkpoint read" note={originOf(text ?? "")} value={<Time value={checkpoint.data?.at} />} />
        <Figure isKnown={newest.data !== undefined} label="Newest event here" note={newest.data ? <Link to={`/audit/events/${newest.data.id}`}>event {newest.data.id}</Link> : "of this tenant"} value={newest.data ? <Time value={newest.data.at} /> : "–"} />
        <Figure isKnown={key.data !== undefined} label="Witnesses" note={key.data?.witnesses.length === 0 ? "nobody else sees it" : "may cosign"} value={key.data?.witnesses.length} />
      </div>
      <Split
        aside={
          <>
            <Went checkpoint={text} onChecked={setChecked} />
            <Panel title="Verify all of it offline">
              <div className={styles.stacked}>
              <p className={styles.note}>The program checks a whole export by itself, on a machine that you trust:</p>
              <pre className={styles.exact} tabIndex={0}>{`casemate audit verify --export trail.ndjson --key log.key`}</pre>
              <p className={styles.note}>
                <Link to="/audit/events">Export all events</Link> as NDJSON for it.
              </p>
              </div>
            </Panel>
          </>
        }
      >
        <Panel actions={text !== undefined && <CopyButton label="Copy the checkpoint" text={text} />} title="Last checkpoint">
          {text === undefined ? <SkeletonLines lines={5} /> : <pre className={styles.exact} tabIndex={0}>{text}</pre>}
        </Panel>
        <Panel title="Keys">
          {key.error && <ErrorState compact error={key.error} onRetry={() => void key.refetch()} />}
          {key.isPending && <SkeletonLines lines={3} />}
          {key.data && <KeyValue entries={[["Log", <code key="log">{key.data.origin}</code>], ...key.data.keys.map((one, index): [string, ReactNode] => [key.data.keys.length > 1 ? `Key ${index + 1}` : "Key", <Key key={one} text={one} />])]} />}
          <p className={styles.note}>Whoever can change a log can change what this says too: keep the key on paper, or get it from a witness.</p>
        </Panel>
        <Panel title="Witnesses">
          {key.isPending && <SkeletonLines lines={3} />}
          {key.data?.witnesses.length === 0 && (
            <EmptyState compact icon="eye" title="No witness">
              <p>
                A witness runs with somebody else, and signs what it saw. Start one with <code>casemate audit witness</code>, and name it in <code>record.witnesses</code>.
              </p>
            </EmptyState>
          )}
          {key.data && key.data.witnesses.length > 0 && (
            <>
              <KeyValue
                entries={key.data.witnesses.map((one, index): [string, ReactNode] => [`Witness ${index + 1}`, <Key key={one} text={one} />])}
              />
              {cosigned.data && <p className={styles.note}>The newest checkpoint that a witness cosigned is of {number(sizeOf(cosigned.data.text))} events.</p>}
              {isNoneYet(cosigned.error) && <p className={styles.note}>No witness cosigned a checkpoint yet.</p>}
              {cosigned.error && !isNoneYet(cosigned.error) && <ErrorState compact error={cosigned.error} onRetry={() => void cosigned.refetch()} />}
            </>
          )}
        </Panel>
      </Split>
    </Page>
  );
}

/** A number that has its place before it is known. */
function Figure({ isKnown, label, value, note }: { isKnown: boolean; label: string; value: ReactNode; note: ReactNode }) {
  return <Panel>{isKnown ? <Stat label={label} note={note} value={value} /> : <Stat label={label} note={<span className={styles.noteToCome}><Skeleton height={12} width="70%" /></span>} value={<span className={styles.numberToCome}><Skeleton height={24} width="40%" /></span>} />}</Panel>;
}

function Key({ text }: { text: string }) {
  return (
    <span className={styles.copied}>
      <code className={styles.value}>{text}</code>
      <CopyButton label="Copy the key" text={text} />
    </span>
  );
}

/** Whether it is wrong only that there is none yet: nothing is said of witnesses by any other failure. */
const isNoneYet = (error: unknown): boolean => error instanceof ApiError && error.code === "not_found";

/** What a check is called: there is nothing before the first that is seen. */
function wordOf(isProved: boolean, isFirst: boolean): string {
  if (isFirst) return isProved ? "Signed" : "Not signed";
  return isProved ? "Consistent" : "Not consistent";
}

/** Holds the log against what this page saw of it before. */
function Went({ checkpoint, onChecked }: { checkpoint: string | undefined; onChecked: (checked: CheckedLog | undefined) => void }) {
  const check = useMutation<Awaited<ReturnType<typeof checkLog>>, ApiError, string>({
    mutationFn: (text) => checkLog(text).catch(asApiErrorOf),
    // Where it cannot be checked, nothing is left of what was said before.
    onMutate: () => onChecked(undefined),
    onSuccess: ({ went, from }, text) => onChecked({ text, isProved: went.verdict === "proved", from }),
  });
  const went = check.data?.went;
  const is = went?.verdict !== "proved" ? "not" : check.data?.from === "pasted" ? "proved" : "agrees";
  const isFirst = check.data?.isFirst === true;
  return (
    <Panel
      actions={
        went && (
          <Badge icon={SIGNS[is]} tone={TONES[is]}>
            {wordOf(went.verdict === "proved", isFirst)}
          </Badge>
        )
      }
      icon="shield"
      title="Consistency"
    >
      <div className={styles.stacked}>
        <p className={styles.note}>This browser remembers the checkpoints that it saw in this visit, and checks that the log only grew since: nothing was changed, and nothing taken out.</p>
        {went?.verdict === "proved" && isFirst && <p>It is signed, and remembered. Check again when the log has grown.</p>}
        {went && !(went.verdict === "proved" && isFirst) && <p>{went.summary}</p>}
        {check.variables !== undefined && check.data && <p className={styles.note}>It was the checkpoint of {number(sizeOf(check.variables))} events.</p>}
        {went && <Steps steps={went.steps} />}
        {check.data?.from === "server" && <p className={styles.note}>The key came from this server, which could change that answer too.</p>}
        <ErrorNotice error={check.error} onRetry={() => checkpoint !== undefined && check.mutate(checkpoint)} />
        <div>
          <Button disabled={checkpoint === undefined} icon="shield" onPress={() => checkpoint !== undefined && check.mutate(checkpoint)} pending={check.isPending}>
            Check in this browser
          </Button>
        </div>
      </div>
    </Panel>
  );
}
