import { useMutation } from "@tanstack/react-query";
import { type Schema, api, got } from "../../api";
import { Actor, Button, type Column, EmptyState, ErrorNotice, Panel, Stack, Status, Table, Time, fixedList, isState } from "../../ui";

type Entry = Schema<"PolicyImpactEntry">;

function Answer({ answer }: { answer: Schema<"PolicyImpactAnswer"> }) {
  return isState(answer.decision) ? <Status state={answer.decision} /> : <>{answer.decision}</>;
}

const COLUMNS: Column<Entry>[] = [
  { id: "who", title: "Whom it is about", width: "1.4fr", cell: ({ subject }) => <Actor id={subject.id ?? ""} type={subject.type} /> },
  { id: "action", title: "Action", width: "1.4fr", cell: ({ question }) => <code>{(question as { action?: { name?: string } }).action?.name ?? ""}</code> },
  { id: "from", title: "Today", width: "120px", cell: ({ from }) => <Answer answer={from} /> },
  { id: "to", title: "Then", width: "120px", cell: ({ to }) => <Answer answer={to} /> },
  { id: "why", title: "Why then", width: "1fr", cell: ({ to }) => to.reason_code.replaceAll("_", " ") },
  { id: "at", title: "Asked", width: "110px", cell: ({ at }) => <Time value={at} /> },
];

/** Which logged questions would be answered otherwise, if the configuration were set back. */
export function Impact({ revision }: { revision: number }) {
  const impact = useMutation({ mutationFn: async () => got(await api.POST("/api/v1/policy/impact", { body: { to: { revision }, limit: 100 } })) });
  const { data } = impact;
  const lost = Object.values(data?.not_replayed ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <Panel
      actions={
        <Button icon="play" onPress={() => impact.mutate()} pending={impact.isPending} small>
          {data ? "Look again" : "Look"}
        </Button>
      }
      title="Impact of setting back"
    >
      <Stack>
        <div>Which answers would change: logged questions are asked again with this configuration. How many are logged is the setting <code>decision.log.sample</code>.</div>
        <ErrorNotice error={impact.error} onRetry={() => impact.mutate()} />
        {data && (
          <>
            <div>
              {data.looked_at} looked at, {data.unchanged} the same, {data.items.length}
              {data.next ? " or more" : ""} otherwise{lost > 0 ? `, ${lost} could not be asked again` : ""}.
            </div>
            <Table
              bare
              columns={COLUMNS}
              empty={
                <EmptyState compact icon="check" title={data.looked_at === 0 ? "No question is logged" : "No answer differs"}>
                  {data.looked_at === 0 ? "Set decision.log.sample above 0, and look again once applications have asked." : "Of what applications asked, nothing would be answered otherwise."}
                </EmptyState>
              }
              label="Answers that differ"
              list={fixedList(data.items)}
              rowId={({ request_id, at }) => request_id + at}
            />
          </>
        )}
      </Stack>
    </Panel>
  );
}
