import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, type Schema, api, got } from "../../api";
import { About, Button, type Column, EmptyState, ErrorNotice, fixedList, isState, Link, Panel, Select, Stack, Status, Table, Time } from "../../ui";

type Finding = Schema<"Finding">;

const HOURS: [string, string][] = [
  ["24", "The last 24 hours"],
  ["168", "The last 7 days"],
  ["720", "The last 30 days"],
  ["8760", "The last year"],
];

const COLUMNS: Column<Finding>[] = [
  { id: "rule", title: "Alert", width: "1.6fr", wrap: true, cell: ({ rule }) => rule },
  { id: "level", title: "Level", width: "100px", cell: ({ level }) => (isState(level) ? <Status state={level} /> : level) },
  { id: "group", title: "About", width: "1.6fr", wrap: true, cell: ({ group, value }) => <><About group={group} />{value ? `, new value ${value}` : ""}</> },
  { id: "count", title: "Matches", width: "80px", end: true, cell: ({ count }) => count },
  { id: "first", title: "First", width: "110px", cell: ({ first_at }) => <Time value={first_at} /> },
  { id: "event", title: "Events", width: "120px", cell: ({ events }) => (events[0] === undefined ? "" : <Link to={`/audit/events/${events[0]}`}>{`Event ${events[0]}`}</Link>) },
];

interface Looked {
  alerts: Finding[];
  events: number;
  lost: number;
  next: number | undefined;
}

/** Tries rules on what is on record: which alerts they would have made. */
export function DryRun({ rules, onError }: { rules: string; onError: (error: ApiError | null) => void }) {
  const [hours, setHours] = useState("24");
  const [looked, setLooked] = useState<Looked | undefined>();
  const trial = useMutation<Looked, ApiError, Looked | undefined>({
    mutationFn: async (before) => {
      const since = new Date(Date.now() - Number(hours) * 3_600_000).toISOString();
      const answer = got(await api.POST("/api/v1/detections/dry-run", { body: { rules, ...(before?.next === undefined ? { since } : { after: before.next }) } }));
      return { alerts: [...(before?.alerts ?? []), ...answer.alerts], events: (before?.events ?? 0) + answer.events, lost: (before?.lost ?? 0) + (answer.lost ?? 0), next: answer.next ?? undefined };
    },
    onMutate: () => onError(null),
    onSuccess: setLooked,
    onError: (error) => {
      setLooked(undefined);
      onError(error);
    },
  });
  return (
    <Panel
      actions={
        <Button icon="play" onPress={() => trial.mutate(undefined)} pending={trial.isPending} small>
          Dry run
        </Button>
      }
      title="Try it on what was recorded"
    >
      <Stack>
        <Select inline label="Look at" onChange={setHours} options={HOURS.map(([value, label]) => ({ value, label: label.toLowerCase() }))} value={hours} />
        <ErrorNotice error={trial.error} onRetry={() => trial.mutate(undefined)} />
        {looked && (
          <>
            <div role="status">
              {looked.events.toLocaleString("en")} events were looked at: {looked.alerts.length.toLocaleString("en")} alert{looked.alerts.length === 1 ? "" : "s"} would have been made{looked.lost > 0 ? `; ${looked.lost.toLocaleString("en")} events could not be read` : ""}. Nobody was told.
            </div>
            <Table
              bare
              columns={COLUMNS}
              empty={
                <EmptyState compact icon="check" title="No alerts">
                  In this time nothing fits the rules.
                </EmptyState>
              }
              label="Alerts that would have been made"
              list={fixedList(looked.alerts)}
              rowId={(finding) => finding.rule + finding.first_at + JSON.stringify(finding.group) + finding.events[0]}
            />
            {looked.next !== undefined && (
              <div>
                <Button onPress={() => trial.mutate(looked)} pending={trial.isPending}>
                  Go on
                </Button>
              </div>
            )}
          </>
        )}
      </Stack>
    </Panel>
  );
}
