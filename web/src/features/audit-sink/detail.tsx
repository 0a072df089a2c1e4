import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, deleteStored, got, storedChanged, useAllowed, useMayWrite, useReadiness, useStored } from "../../api";
import { useParam } from "../../shell/root";
import { Address, Button, ConfirmDialog, CopyAsCurl, ErrorNotice, ErrorState, IconButton, Id, Json, KeyValue, ManagedNotice, Menu, Notice, Origin, Page, Panel, SkeletonLines, SkeletonSplit, Split, Stack, Time, toast } from "../../ui";
import { SinkForm } from "./form";
import { Rewind } from "./rewind";
import { type Entry, KIND_TITLES, type Sink, SinkState, kindOf, lagOf, placeOf } from "./words";

const CRUMBS = [["Audit sinks", "/audit-sinks"]] as const;

/** A sink: where it is, how far it is, and what can be done with it. */
export function AuditSinkPage() {
  const id = useParam("id");
  const query = useStored<Entry>("/api/v1/audit-sinks", id);
  if (query.data) return <Known sink={query.data as Sink} />;
  return (
    <Page breadcrumbs={CRUMBS} title="Audit sink">
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonSplit />}
    </Page>
  );
}

export const cursorKey = (id: string) => ["/api/v1/audit-sinks/{id}/cursor", id];

function Known({ sink }: { sink: Sink }) {
  const [asks, setAsks] = useState<"edit" | "delete" | "pause" | "rewind" | undefined>();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const may = useMayWrite("audit-sink");
  const mayPause = useAllowed("casemate.audit-sink.pause") === true;
  const mayRewind = useAllowed("casemate.audit-sink.rewind") === true;
  const mayTest = useAllowed("casemate.audit-sink.test") === true;
  const readiness = useReadiness({ everyMs: 5_000 });
  const health = readiness.data?.audit_sinks.find(({ name }) => name === sink.name);
  const path = { params: { path: { id: sink.id } } };
  const cursor = useQuery({ queryKey: cursorKey(sink.id), refetchInterval: 5_000, queryFn: async ({ signal }) => got(await api.GET("/api/v1/audit-sinks/{id}/cursor", { ...path, signal })) });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: cursorKey(sink.id) });
    void queries.invalidateQueries({ queryKey: ["/readyz"] });
  };
  const test = useMutation({ mutationFn: async () => got(await api.POST("/api/v1/audit-sinks/{id}/test", path)) });
  const resume = useMutation({
    mutationFn: () => api.POST("/api/v1/audit-sinks/{id}/resume", path),
    onSuccess: () => {
      changed();
      toast(`${sink.name} goes on where it was`);
    },
  });
  const isOwn = sink.origin === "";
  const isPaused = cursor.data?.paused === true;
  const entries = [
    ...(mayPause && !isPaused ? [{ id: "pause", label: "Pause", icon: "pause" as const, onAction: () => setAsks("pause") }] : []),
    ...(mayRewind ? [{ id: "rewind", label: "Send again from…", icon: "undo" as const, onAction: () => setAsks("rewind") }] : []),
    ...(may.delete && isOwn ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsks("delete") }] : []),
  ];
  return (
    <Page
      actions={
        <>
          {mayTest && (
            <Button icon="send" onPress={() => test.mutate()} pending={test.isPending}>
              Test
            </Button>
          )}
          {mayPause && isPaused && (
            <Button icon="play" kind="primary" onPress={() => resume.mutate()} pending={resume.isPending}>
              Resume
            </Button>
          )}
          {may.update && isOwn && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit
            </Button>
          )}
          {entries.length > 0 && <Menu entries={entries} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={CRUMBS}
      commands={[...(mayTest ? [{ title: `Test ${sink.name}`, icon: "send" as const, run: () => test.mutate() }] : []), ...entries.map(({ label, icon, onAction }) => ({ title: `${label} (${sink.name})`, icon, run: onAction }))]}
      status={readiness.data && <SinkState health={health} />}
      title={sink.name}
    >
      <ManagedNotice origin={sink.origin} />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/audit-sinks/${sink.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Kind", KIND_TITLES[kindOf(sink.document)]],
                ["Place", <Address key="place" value={placeOf(sink.document)} />],
                ["Title", sink.document.title],
                ["Format", sink.document.format === "ocsf" ? "OCSF" : "Casemate's own"],
                ["Tenants", sink.document.tenants?.length ? sink.document.tenants.join(", ") : "All"],
                ["Id", <Id key="id" value={sink.id} />],
                ["Managed by", <Origin key="origin" value={sink.origin} />],
                ["Created", <Time exact key="at" value={sink.created_at} />],
                ["Changed", <Time exact key="up" value={sink.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        {test.data && (
          <Notice kind={test.data.delivered ? "allow" : "deny"} title={test.data.delivered ? `The test was taken in ${test.data.milliseconds} ms` : `The test was not taken (${test.data.milliseconds} ms)`}>
            {test.data.delivered ? "It was marked as a test, and is no event." : test.data.error}
          </Notice>
        )}
        <ErrorNotice error={test.error ?? resume.error} onRetry={() => (test.error ? test.mutate() : resume.mutate())} />
        <Progress cursor={readiness.isLoading ? undefined : cursor.data} error={cursor.error} lag={lagOf(health)} onRetry={() => void cursor.refetch()} />
        <Panel title="Configuration">
          <Json label={`Configuration of ${sink.name}`} value={sink.document} />
        </Panel>
      </Split>
      {asks === "edit" && <SinkForm onClose={() => setAsks(undefined)} sink={sink} />}
      <Rewind next={cursor.data?.next_index ?? undefined} onClose={() => setAsks(undefined)} onDone={changed} open={asks === "rewind"} sink={sink} />
      <ConfirmDialog
        consequence="Events keep coming on record and wait here. None is lost, as long as retention does not take it before it was sent."
        onClose={() => setAsks(undefined)}
        onConfirm={() => api.POST("/api/v1/audit-sinks/{id}/pause", path)}
        onDone={() => {
          changed();
          toast(`${sink.name} is paused`, { undo: async () => resume.mutateAsync() });
        }}
        open={asks === "pause"}
        title={`Pause ${sink.name}?`}
        verb="Pause"
      >
        Whoever watches there sees nothing new until somebody resumes it.
      </ConfirmDialog>
      <ConfirmDialog
        consequence={
          <ul>
            <li>Nothing more is sent to {placeOf(sink.document)}{health && health.behind_events > 0 ? `: ${health.behind_events.toLocaleString("en")} events that wait are never sent` : ""}.</li>
            <li>Its place is forgotten: one that is made anew begins at the beginning, or now.</li>
            <li>The audit trail itself stays. That the sink was deleted makes an alert.</li>
          </ul>
        }
        onClose={() => setAsks(undefined)}
        onConfirm={() => deleteStored("/api/v1/audit-sinks", sink)}
        onDone={() => {
          void storedChanged(queries, "/api/v1/audit-sinks");
          toast(`${sink.name} was deleted`);
          void navigate({ to: "/audit-sinks", search: true } as never);
        }}
        open={asks === "delete"}
        title={`Delete ${sink.name}?`}
        typed={sink.name}
        verb="Delete sink"
      />
    </Page>
  );
}

function Progress({ cursor, lag, error, onRetry }: { cursor: Schema<"AuditSinkCursor"> | undefined; lag: string; error: unknown; onRetry: () => void }) {
  return (
    <Panel title="How far it is">
      {error && !cursor ? (
        <ErrorState compact error={error} onRetry={onRetry} />
      ) : cursor === undefined ? (
        <SkeletonLines lines={3} />
      ) : (
        <Stack>
          <KeyValue
            entries={[
              ["Next event", cursor.next_index === undefined || cursor.next_index === null ? "No server began to send to it yet" : <code key="next">{cursor.next_index.toLocaleString("en")}</code>],
              ["Waits to be sent", lag === "" ? "Not known here: another server sends, or none does" : lag],
              ["Acknowledged last", <Time exact key="ok" none="Never" value={cursor.succeeded_at} />],
              cursor.failures > 0 && ["Failed last", <Time exact key="failed" value={cursor.failed_at} />],
            ]}
          />
          {cursor.failures > 0 && (
            <Notice kind="deny" title={`${cursor.failures.toLocaleString("en")} ${cursor.failures === 1 ? "attempt" : "attempts in a row"} came to nothing`}>
              <div>{cursor.error ?? "Why is not known."}</div>
              <div>It is tried again by itself, a minute apart at most.</div>
            </Notice>
          )}
        </Stack>
      )}
    </Panel>
  );
}
