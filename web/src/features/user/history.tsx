import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useAllowed, useSearch } from "../../api";
import { Actor, Badge, Button, type Column, ConfirmDialog, Diff, DiffOfLines, EmptyState, ErrorState, Panel, SkeletonLines, Stack, Table, Time, toast } from "../../ui";

type User = Schema<"StoredUser">;
type Version = Schema<"DirectoryVersion">;

const VERBS: Record<string, string> = { create: "Created", update: "Changed", restore: "Set back", delete: "Deleted" };

const COLUMNS: Column<Version>[] = [
  { id: "revision", title: "Revision", width: "80px", cell: (version) => version.revision },
  { id: "verb", title: "What", width: "1fr", cell: (version) => (version.restored ? `Set back to ${version.restored}` : (VERBS[version.verb] ?? version.verb)) },
  { id: "actor", title: "By", width: "1.5fr", cell: (version) => <Actor id={version.actor.id} type={version.actor.type} /> },
  { id: "at", title: "When", width: "130px", cell: (version) => <Time value={version.at} /> },
];

/** What changes by hand made of a user: compared, and set back. */
export function History({ user, onRestored }: { user: User; onRestored: () => void }) {
  const [chosen, setChosen] = useState<number | undefined>();
  const list = useSearch("/api/v1/users/{id}/versions/search", {}, { path: { id: user.id } });
  return (
    <Stack>
      <Panel flush title="Versions">
        <Table
          bare
          columns={COLUMNS}
          empty={
            <EmptyState compact icon="history" title="No versions">
              Changes by hand have versions. What a provider says has none.
            </EmptyState>
          }
          label="Versions"
          list={list}
          onOpen={(version) => setChosen(version.revision)}
          rowId={(version) => String(version.revision)}
          selected={chosen === undefined ? undefined : String(chosen)}
        />
      </Panel>
      {chosen !== undefined && <OneVersion key={chosen} onRestored={onRestored} revision={chosen} user={user} />}
    </Stack>
  );
}

function OneVersion({ user, revision, onRestored }: { user: User; revision: number; onRestored: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  const mayRestore = useAllowed("casemate.user.update") === true;
  const path = { id: user.id, revision };
  const version = useQuery({
    queryKey: ["/api/v1/users/{id}/versions/{revision}", user.id, revision],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}/versions/{revision}", { params: { path }, signal })),
  });
  const trial = useQuery({
    queryKey: ["restore", user.id, revision, user.revision],
    enabled: isAsking,
    gcTime: 0,
    queryFn: async ({ signal }) => got(await api.POST("/api/v1/users/{id}/versions/{revision}/restore", { params: { path, header: ifMatch(user) }, body: { dry_run: true, to: "after" }, signal })),
  });
  const restore = (entry: { revision: number }, to: number, reason?: string) =>
    api.POST("/api/v1/users/{id}/versions/{revision}/restore", { params: { path: { id: user.id, revision: to }, header: ifMatch(entry) }, body: { dry_run: false, to: "after", ...(reason ? { reason } : {}) } });
  return (
    <Panel
      actions={
        mayRestore && (
          <Button icon="undo" onPress={() => setIsAsking(true)} small>
            Set back to this
          </Button>
        )
      }
      title={
        <>
          Revision {revision} <Badge>{VERBS[version.data?.version.verb ?? ""] ?? "…"}</Badge>
        </>
      }
    >
      {version.error && <ErrorState compact error={version.error} onRetry={() => void version.refetch()} />}
      {version.isPending && <SkeletonLines lines={5} />}
      {version.data && (
        <Stack>
          <div>
            <Time exact value={version.data.version.at} /> by <Actor id={version.data.version.actor.id} type={version.data.version.actor.type} />
          </div>
          <Diff after={version.data.after} before={version.data.before} label={`What revision ${revision} changed`} />
        </Stack>
      )}
      <ConfirmDialog
        kind="primary"
        onClose={() => setIsAsking(false)}
        onConfirm={(reason) => restore(user, revision, reason)}
        onDone={() => {
          onRestored();
          toast(`${user.login} was set back to revision ${revision}`, {
            undo: async () => {
              const now = got(await api.GET("/api/v1/users/{id}", { params: { path: { id: user.id } } }));
              await restore(now, user.revision);
              onRestored();
            },
          });
        }}
        open={isAsking}
        reason
        title={`Set ${user.login} back to revision ${revision}?`}
        verb="Set back"
      >
        {trial.isPending && <SkeletonLines lines={3} />}
        {trial.error && <ErrorState compact error={trial.error} />}
        {trial.data && <DiffOfLines label="What would be changed" lines={trial.data.changes} />}
      </ConfirmDialog>
    </Panel>
  );
}
