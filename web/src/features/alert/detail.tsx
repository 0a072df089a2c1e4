import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Actor, Button, ConfirmDialog, CopyAsCurl, ErrorState, fieldOf, Id, KeyValue, Link, Page, Panel, SkeletonSplit, Split, Time, toast } from "../../ui";
import { AlertEvents } from "./events";
import { Word } from "./level";

type Alert = Schema<"Alert">;
type Change = "acknowledge" | "close" | "reopen";

const CRUMBS = [["Alerts", "/alerts"]] as const;
const keyOf = (id: string) => ["/api/v1/alerts/{id}", id];

const WORDS: Record<Change, { title: string; verb: string; help: string; done: string }> = {
  acknowledge: { title: "Acknowledge this alert?", verb: "Acknowledge", help: "Others see that somebody looks into it. Further matches count on it.", done: "The alert was acknowledged" },
  close: { title: "Close this alert?", verb: "Close alert", help: "The next match of the rule makes a new alert.", done: "The alert was closed" },
  reopen: { title: "Open this alert again?", verb: "Reopen", help: "It stands among the open alerts again.", done: "The alert is open again" },
};

function change(id: number, what: Change, note: string) {
  const options = { params: { path: { id: String(id) } }, body: { note } };
  if (what === "acknowledge") return api.POST("/api/v1/alerts/{id}/acknowledge", options);
  return what === "close" ? api.POST("/api/v1/alerts/{id}/close", options) : api.POST("/api/v1/alerts/{id}/reopen", options);
}

/** An alert: what was found, by which events, and what was made of it. */
export function AlertPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: keyOf(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/alerts/{id}", { params: { path: { id } }, signal })) });
  if (query.error && query.data === undefined) {
    return (
      <Page breadcrumbs={CRUMBS} title={`Alert ${id}`}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  if (query.data === undefined) {
    return (
      <Page breadcrumbs={CRUMBS} title={`Alert ${id}`}>
        <SkeletonSplit />
      </Page>
    );
  }
  return <Known alert={query.data} id={id} />;
}

function Known({ alert, id }: { alert: Alert; id: string }) {
  const [asks, setAsks] = useState<Change | undefined>();
  const mayChange = useAllowed("casemate.alert.update") === true;
  const queries = useQueryClient();
  const changed = () => {
    void queries.invalidateQueries({ queryKey: keyOf(id) });
    void queries.invalidateQueries({ queryKey: ["/api/v1/alerts/search"] });
  };
  const words = asks && WORDS[asks];
  return (
    <Page
      actions={
        mayChange && (
          <>
            {alert.state === "open" && (
              <Button icon="eye" kind="primary" onPress={() => setAsks("acknowledge")}>
                Acknowledge
              </Button>
            )}
            {alert.state !== "closed" && (
              <Button icon="check" onPress={() => setAsks("close")}>
                Close
              </Button>
            )}
            {alert.state !== "open" && (
              <Button icon="undo" onPress={() => setAsks("reopen")}>
                Reopen
              </Button>
            )}
          </>
        )
      }
      breadcrumbs={CRUMBS}
      status={
        <>
          <Word word={alert.level} />
          <Word word={alert.state} />
        </>
      }
      title={alert.rule}
    >
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/alerts/${alert.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Number", alert.id],
                ["Detection", <Link key="detection" to={`/detections#search=${encodeURIComponent(alert.detection)}`}>{alert.detection}</Link>],
                alert.rule_id ? ["Rule", <Id key="rule" value={alert.rule_id} />] : null,
                ["Matched", `${alert.count.toLocaleString("en-GB")} ${alert.count === 1 ? "time" : "times"}`],
                ["First", <Time exact key="first" value={alert.first_at} />],
                ["Last", <Time exact key="last" value={alert.last_at} />],
                ["Made", <Time exact key="made" value={alert.created_at} />],
                ["Changed", <Time exact key="changed" value={alert.updated_at} />],
                alert.changed_by ? ["By", <code key="by">{alert.changed_by}</code>] : null,
              ]}
            />
          </Panel>
        }
      >
        <Panel title="Whom and what it is about">
          <KeyValue entries={[...alert.group.map(({ field, value }): [string, React.ReactNode] => [fieldOf(field), <GroupValue field={field} key={field} value={value} />]), alert.value ? ["New value", <code key="new">{alert.value}</code>] : null, alert.note ? ["Said of it", alert.note] : null]} />
        </Panel>
        <AlertEvents alert={alert} />
      </Split>
      {asks && words && (
        <ConfirmDialog
          kind="primary"
          onClose={() => setAsks(undefined)}
          onConfirm={(reason) => change(alert.id, asks, reason)}
          onDone={() => {
            changed();
            toast(words.done);
          }}
          open
          reason
          title={words.title}
          verb={words.verb}
        >
          {words.help}
        </ConfirmDialog>
      )}
    </Page>
  );
}

/** A value by which the rule groups: people lead to all that is on record of them. */
function GroupValue({ field, value }: { field: string; value: string }) {
  if (value === "") return field === "tenant" ? "The whole installation" : "–";
  if (/^(usr|sva)_/.test(value)) {
    return (
      <>
        {value.startsWith("usr_") && (
          <>
            <Actor id={value} />{" "}
          </>
        )}
        <Id value={value} /> <Link to={`/audit/timeline#identity=${encodeURIComponent(value)}`}>Timeline</Link>
      </>
    );
  }
  return value.length > 20 ? <Id value={value} /> : value;
}
