import { useQuery } from "@tanstack/react-query";
import { type ApiError, api, got, useReadiness } from "../../api";
import { CopyAsCurl, EmptyState, ErrorState, FieldRow, Page, Panel, SkeletonLines, Stack, TextField, useFragmentState } from "../../ui";
import { Change } from "./revert";

const DEFAULTS = { from: "", to: "" };

/** What differs between two revisions; where none is named, up to now. */
export function PolicyComparePage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const readiness = useReadiness({ everyMs: false });
  const now = readiness.data?.policy.revision;
  const from = /^\d+$/.test(state.from) ? Number(state.from) : undefined;
  const to = /^\d+$/.test(state.to) ? Number(state.to) : state.to === "" ? now : undefined;
  const body = { from: from ?? 0, to: to ?? 0 };
  const diff = useQuery<{ changes: Parameters<typeof Change>[0]["change"][] }, ApiError>({
    queryKey: ["/api/v1/policy/diff", from, to],
    enabled: from !== undefined && to !== undefined,
    queryFn: async ({ signal }) => got(await api.POST("/api/v1/policy/diff", { body, signal })),
  });
  const wrong = (text: string) => (text === "" || /^\d+$/.test(text) ? undefined : "A revision is a number.");
  return (
    <Page actions={<CopyAsCurl body={body} method="POST" path="/api/v1/policy/diff" />} breadcrumbs={[["Policy", "/policy"]]} title="Compare revisions">
      <Panel>
        <FieldRow>
          <TextField error={wrong(state.from)} label="From revision" mono onChange={(text) => setState({ from: text.trim() })} value={state.from} />
          <TextField error={wrong(state.to)} help={now === undefined ? undefined : `Empty is now: ${now}.`} label="To revision" mono onChange={(text) => setState({ to: text.trim() })} optional value={state.to} />
        </FieldRow>
      </Panel>
      {diff.error && <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />}
      {diff.isLoading && (
        <Panel>
          <SkeletonLines lines={8} />
        </Panel>
      )}
      {diff.data && diff.data.changes.length === 0 && (
        <EmptyState icon="check" title="Nothing differs">
          What was configured is the same at both revisions.
        </EmptyState>
      )}
      {diff.data && diff.data.changes.length > 0 && (
        <Panel title={`${diff.data.changes.length} object${diff.data.changes.length === 1 ? " differs" : "s differ"}`}>
          <Stack>
            {diff.data.changes.map((change) => (
              <Change change={change} key={change.kind + change.tenant + change.name} />
            ))}
          </Stack>
        </Panel>
      )}
      {from === undefined && <EmptyState icon="code" title="Which revisions?">Write two revisions of the history above.</EmptyState>}
    </Page>
  );
}
