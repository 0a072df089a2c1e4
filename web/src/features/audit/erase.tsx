import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, type Schema, api, got } from "../../api";
import { Button, ConfirmDialog, CopyAsCurl, ErrorNotice, Link, Notice, Page, Panel, Select, Stat, TextField, useFragmentState } from "../../ui";
import styles from "./audit.module.css";
import { idsOf } from "./ids";
import { eventsLink, resourceOf } from "./terms";
import { events, number } from "./words";

const BY = [
  { value: "party", label: "Whoever it is by, for or about", help: "An id" },
  { value: "subject", label: "Whom it is about", help: "An id" },
  { value: "actor", label: "Who did it", help: "An id" },
  { value: "value", label: "A personal value", help: "A login or an e-mail address" },
  { value: "resource", label: "A resource", help: "TYPE:ID" },
  { value: "request_id", label: "A request", help: "Its id" },
  { value: "client", label: "An address", help: "192.0.2.7" },
  { value: "ids", label: "Events by their ids", help: "71 72 90" },
];

type What = Pick<Schema<"EraseRequest">, "ids" | "search">;

function whatOf(by: string, text: string): What {
  const value = text.trim();
  if (by === "ids") return { ids: idsOf(value).ids };
  return { search: by === "resource" ? resourceOf(value) : { [by]: value } };
}

/** Erases the texts of events, where the law asks for it: counted first. */
export function ErasePage() {
  const [state, set] = useFragmentState({ by: "party" });
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  const [erased, setErased] = useState<Schema<"AuditErasure"> | undefined>();
  const queries = useQueryClient();
  const what = whatOf(state.by, text);
  const body = { ...what, reason: reason.trim() };
  const trial = useMutation<Schema<"AuditErasure">, ApiError>({ mutationFn: async () => got(await api.POST("/api/v1/audit-events/erase", { body: { ...body, dry_run: true } })) });
  const changed = () => {
    trial.reset();
    setErased(undefined);
  };
  const strange = state.by === "ids" ? idsOf(text).strange : [];
  const isReady = text.trim() !== "" && reason.trim() !== "" && strange.length === 0 && (state.by !== "ids" || (what.ids?.length ?? 0) > 0);
  const found = trial.data;
  const isHeld = (found?.held.length ?? 0) > 0;
  const count = () => isReady && !trial.isPending && trial.mutate();
  const phrase = found ? `erase ${found.events} events` : "";
  return (
    <Page breadcrumbs={[["Audit events", "/audit/events"]]} description="Where the law asks for it, the texts of events go for good, also from the archive. Their places in the log and every proof stay." narrow title="Erase events">
      <Panel title="What is to be erased">
        <form
          className={styles.stacked}
          onSubmit={(event) => {
            event.preventDefault();
            count();
          }}
        >
          <div className={styles.form}>
            <Select
              label="By"
              onChange={(by) => {
                set({ by });
                changed();
              }}
              options={BY}
              value={state.by}
            />
            <TextField
              error={strange.length > 0 ? `No id of an event: ${strange.slice(0, 5).join(", ")}` : (trial.error?.at("/ids") ?? trial.error?.at("/search"))}
              help={BY.find((one) => one.value === state.by)?.help}
              label="Value"
              maxLength={4096}
              mono
              onChange={(value) => {
                setText(value);
                changed();
              }}
              required
              value={text}
            />
          </div>
          <TextField
            error={trial.error?.at("/reason")}
            help="It stays on record, and so names nobody: request 2026-4."
            label="Reason"
            maxLength={1024}
            onChange={(value) => {
              setReason(value);
              changed();
            }}
            required
            value={reason}
          />
          <ErrorNotice error={trial.error} onRetry={count} />
          <div className={styles.pair}>
            <Button disabled={!isReady} kind={found ? "plain" : "primary"} pending={trial.isPending} type="submit">
              Count what would be erased
            </Button>
            {isReady && <CopyAsCurl body={{ ...body, dry_run: true }} method="POST" path="/api/v1/audit-events/erase" />}
          </div>
        </form>
      </Panel>
      {found && !erased && (
        <Panel title="What would be erased">
          <div className={styles.stacked}>
            <div className={styles.figures}>
              <Stat label="Events" note={found.whole ? "these are all" : "at once; more follow"} value={number(found.events)} />
              <Stat label="In the archive" note="of these" value={number(found.archived)} />
              <Stat label="Stay" note="tell of holds and erasing" value={number(found.stay)} />
              {state.by === "ids" && <Stat label="Not there" note="ids without a text" value={number(found.missing)} />}
            </div>
            {isHeld && (
              <Notice kind="deny" title="A legal hold is in the way">
                Nothing is erased as long as it is in force.
                <ul>
                  {found.held.map((hold) => (
                    <li key={hold.hold}>
                      <Link to="/audit/holds">{hold.hold}</Link> covers {events(hold.events)}
                    </li>
                  ))}
                </ul>
              </Notice>
            )}
            {!isHeld && found.events === 0 && <Notice title="Nothing would be erased">No event of this tenant that has its text fits.</Notice>}
            <div>
              <Button disabled={isHeld || found.events === 0} icon="trash" kind="danger" onPress={() => setIsAsking(true)}>
                Erase {events(found.events)}
              </Button>
            </div>
          </div>
        </Panel>
      )}
      {erased && (
        <Notice
          actions={
            !erased.whole && (
              <Button icon="refresh" onPress={count} small>
                Count what is left
              </Button>
            )
          }
          kind={erased.whole ? "allow" : "warn"}
          title={`${events(erased.events)} erased`}
        >
          {erased.whole ? "These were all." : "There are more: count again, and go on."} That it was done is <Link to={eventsLink({ action: "casemate.audit-event.erase" })}>on record</Link>. Backups, exports, and what sinks sent are their keepers&apos; to erase.
        </Notice>
      )}
      {found && (
        <ConfirmDialog
          consequence={
            <ul>
              <li>{events(found.events)} lose their texts for good, {number(found.archived)} of them in files of the archive.</li>
              {what.ids && <li>Their ids: {what.ids.slice(0, 100).join(", ")}{what.ids.length > 100 ? `, and ${number(what.ids.length - 100)} more` : ""}.</li>}
              <li>Nobody can take it back, and no search finds them any more.</li>
            </ul>
          }
          onClose={() => setIsAsking(false)}
          onConfirm={async () => setErased(got(await api.POST("/api/v1/audit-events/erase", { body: { ...body, dry_run: false } })))}
          onDone={() => {
            trial.reset();
            queries.removeQueries({ queryKey: ["/api/v1/audit-events/search"] });
          }}
          open={isAsking}
          title={`Erase ${events(found.events)}?`}
          typed={phrase}
          verb="Erase for good"
        >
          Reason on record: {reason}
        </ConfirmDialog>
      )}
    </Page>
  );
}
