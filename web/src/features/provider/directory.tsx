import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { Address, Badge, Button, ConfirmDialog, ErrorNotice, ErrorState, KeyValue, Notice, Panel, SkeletonLines, Stack, TextField, Time, toast } from "../../ui";
import type { Provider } from "./products";

type Report = Schema<"DirectorySyncReport">;

/** How the provider's LDAP directory is pulled: how that went, and now. */
export function Directory({ provider }: { provider: Provider }) {
  const [isAsking, setIsAsking] = useState(false);
  const [removals, setRemovals] = useState("");
  const mayRun = useAllowed("casemate.directory-sync.run") === true;
  const queries = useQueryClient();
  const path = { params: { path: { id: provider.id } } };
  const key = ["/api/v1/providers/{id}/directory-sync", provider.id];
  const status = useQuery({ queryKey: key, refetchInterval: 15_000, queryFn: async ({ signal }) => got(await api.GET("/api/v1/providers/{id}/directory-sync", { ...path, signal })) });
  const post = async (body: Schema<"DirectorySyncRequest">) => got(await api.POST("/api/v1/providers/{id}/directory-sync", { ...path, body }));
  const trial = useMutation({ mutationFn: () => post({ dry_run: true, full: true }) });
  const changed = useMutation({
    mutationFn: () => post({}),
    onSuccess: () => toast("What changed in the directory is here"),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const { data } = status;
  if (status.error && !data) return <ErrorState error={status.error} onRetry={() => void status.refetch()} />;
  return (
    <Stack>
      <Panel
        actions={
          mayRun && (
            <>
              <Button onPress={() => trial.mutate()} pending={trial.isPending} small>
                Dry run
              </Button>
              <Button onPress={() => setIsAsking(true)} small>
                Read all
              </Button>
              <Button icon="refresh" kind="primary" onPress={() => changed.mutate()} pending={changed.isPending} small>
                Run now
              </Button>
            </>
          )
        }
        title="Pulling the directory"
      >
        {data === undefined ? (
          <SkeletonLines lines={3} />
        ) : (
          <Stack>
            {data.error && (
              <Notice kind="deny" title="It did not succeed the last time">
                {data.error}. Users and groups stay as they were. It is asked again by itself.
              </Notice>
            )}
            <KeyValue
              entries={[
                ["Asked last", <Time exact key="asked" none="Never" value={data.asked_at} />],
                ["Succeeded last", <Time exact key="ok" none="Never" value={data.succeeded_at} />],
                ["Read as a whole", <Time exact key="full" none="Never" value={data.full_at} />],
                ["Address", <Address key="url" value={provider.document.ldap?.url ?? ""} />],
                ["Base", <code key="base">{provider.document.ldap?.base}</code>],
              ]}
            />
          </Stack>
        )}
        <ErrorNotice error={trial.error ?? changed.error} onRetry={() => (trial.error ? trial.mutate() : changed.mutate())} />
      </Panel>
      {trial.data && <Shown report={trial.data} title="What reading all would change" />}
      {data?.report && <Shown report={data.report} title="What the last pull came to" />}
      {data?.full_report && data.full_report !== data.report && <Shown report={data.full_report} title="What the last pull of all came to" />}
      <ConfirmDialog
        consequence="Whoever is gone from the directory is deactivated here, and their sessions end. Groups that are gone are deleted with what is assigned to them. Do a dry run first."
        onClose={() => setIsAsking(false)}
        onConfirm={() => post({ full: true, ...(/^\d+$/.test(removals) ? { allowed_removals: Number(removals) } : {}) })}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: key });
          toast("All of the directory was read");
        }}
        open={isAsking}
        title={`Read all of ${provider.name}'s directory?`}
        verb="Read all"
      >
        <TextField help="Users, and groups, that may vanish at once. Empty: as the provider's configuration says." label="Allowed removals" onChange={setRemovals} optional type="number" value={removals} />
      </ConfirmDialog>
    </Stack>
  );
}

function counts({ created, found, gone, updated }: Schema<"DirectorySyncCounts">): string {
  return `${found} found, ${created} made, ${updated} changed, ${gone} gone`;
}

function Shown({ report, title }: { report: Report; title: string }) {
  const withheld = [
    ["users", report.users_withheld],
    ["groups", report.groups_withheld],
    ["members of groups", report.members_withheld],
  ] as const;
  return (
    <Panel title={<>{title} {report.dry_run && <Badge>Dry run</Badge>}</>}>
      <Stack>
        {withheld.map(
          ([what, held]) =>
            held && (
              <Notice key={what} kind="warn" title={`${held.gone} ${what} are gone, and were left as they are`}>
                At most {held.most} may vanish at once. If it is right, read all with as many allowed removals.
              </Notice>
            ),
        )}
        <KeyValue
          entries={[
            ["Users", counts(report.users)],
            ["Groups", counts(report.groups)],
            ["Members", `${report.members_added} came, ${report.members_removed} left`],
            report.skipped > 0 && ["Passed over", <span key="skipped">{report.skipped}: {report.skipped_first.join("; ")}</span>],
            (report.kept ?? 0) > 0 && ["Left as they are", <span key="kept">{report.kept}: {report.kept_first?.join("; ")}</span>],
          ]}
        />
      </Stack>
    </Panel>
  );
}
