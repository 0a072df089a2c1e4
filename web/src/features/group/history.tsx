import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Actor } from "../../access/actor";
import { counted } from "../../access/count";
import { type Schema, api, got, ifMatch, useMay, useSearch } from "../../api";
import { Badge, Button, type Column, ConfirmDialog, Diff, DiffOfLines, EmptyState, ErrorState, Id, Panel, SkeletonLines, Stack, Table, Time, toast } from "../../ui";

type Group = Schema<"StoredGroup">;
type Version = Schema<"DirectoryVersion">;

const VERBS: Record<string, string> = { create: "Created", update: "Changed", restore: "Set back", delete: "Deleted", add: "Members added", remove: "Members removed", apply: "Applied from code" };

const COLUMNS: Column<Version>[] = [
  { id: "verb", title: "What", width: "1.2fr", cell: (version) => (version.restored ? `Set back to ${version.restored}` : (VERBS[version.verb] ?? version.verb)) },
  { id: "revision", title: "Revision", width: "80px", cell: (version) => version.revision },
  { id: "actor", title: "By", width: "1.4fr", cell: (version) => <Actor actor={version.actor} /> },
  { id: "at", title: "When", width: "130px", cell: (version) => <Time value={version.at} /> },
];

/** What changes by hand made of a group and its members: compared, and set back. */
export function History({ group, onRestored }: { group: Group; onRestored: () => void }) {
  const [chosen, setChosen] = useState<number | undefined>();
  const list = useSearch("/api/v1/groups/{id}/versions/search", {}, { path: { id: group.id } });
  return (
    <Stack>
      <Panel flush title="Versions">
        <Table
          bare
          columns={COLUMNS}
          empty={
            <EmptyState compact icon="history" title="No versions">
              Changes by hand and from code have versions. What SCIM or LDAP says has none.
            </EmptyState>
          }
          label="Versions"
          list={list}
          onOpen={(version) => setChosen(version.revision)}
          rowId={(version) => String(version.revision)}
          selected={chosen === undefined ? undefined : String(chosen)}
        />
      </Panel>
      {chosen !== undefined && <OneVersion group={group} key={chosen} onRestored={onRestored} revision={chosen} />}
    </Stack>
  );
}

function OneVersion({ group, revision, onRestored }: { group: Group; revision: number; onRestored: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  const may = useMay();
  const mayRestore = may("casemate.group.update") && may("casemate.group-member.add") && may("casemate.group-member.remove") && !group.source.startsWith("code:");
  const path = { id: group.id, revision };
  const version = useQuery({
    queryKey: ["/api/v1/groups/{id}/versions/{revision}", group.id, revision],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/groups/{id}/versions/{revision}", { params: { path }, signal })),
  });
  const restore = async (entry: { revision: number }, to: number, reason?: string, dry_run = false) =>
    got(await api.POST("/api/v1/groups/{id}/versions/{revision}/restore", { params: { path: { id: group.id, revision: to }, header: ifMatch(entry) }, body: { dry_run, to: "after", ...(reason ? { reason } : {}) } }));
  const trial = useQuery({ queryKey: ["restore", group.id, revision, group.revision], enabled: isAsking, gcTime: 0, queryFn: () => restore(group, revision, undefined, true) });
  const missing = trial.data?.missing?.length ?? 0;
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
            <Time exact value={version.data.version.at} /> by <Actor actor={version.data.version.actor} />
          </div>
          <People ids={version.data.came ?? []} title="Came" />
          <People ids={version.data.gone ?? []} title="Left" />
          {JSON.stringify(version.data.before) !== JSON.stringify(version.data.after) && <Diff after={version.data.after} before={version.data.before} label={`What revision ${revision} changed`} />}
        </Stack>
      )}
      <ConfirmDialog
        kind="primary"
        onClose={() => setIsAsking(false)}
        onConfirm={(reason) => restore(group, revision, reason)}
        onDone={() => {
          onRestored();
          toast(`${group.name} was set back to revision ${revision}`, {
            undo: async () => {
              const now = got(await api.GET("/api/v1/groups/{id}", { params: { path: { id: group.id } } }));
              await restore(now, group.revision);
              onRestored();
            },
          });
        }}
        open={isAsking}
        reason
        title={`Set ${group.name} back to revision ${revision}?`}
        verb="Set back"
      >
        {trial.isPending && <SkeletonLines lines={3} />}
        {trial.error && <ErrorState compact error={trial.error} />}
        {trial.data && <DiffOfLines label="What would be changed" lines={trial.data.changes} />}
        {missing > 0 && <p>{counted(missing, "member")} of then {missing === 1 ? "was" : "were"} deleted since, and {missing === 1 ? "is" : "are"} left out.</p>}
      </ConfirmDialog>
    </Panel>
  );
}

/** How many of those who came or left are named. */
const NAMED = 20;

function People({ ids, title }: { ids: readonly string[]; title: string }) {
  if (ids.length === 0) return null;
  return (
    <div>
      {title} ({counted(ids.length, "user")}):{" "}
      {ids.slice(0, NAMED).map((id, place) => (
        <span key={id}>
          {place > 0 && ", "}
          <Actor actor={{ provider: "casemate", type: "user", id }} fallback={<Id value={id} />} />
        </span>
      ))}
      {ids.length > NAMED && " …"}
    </div>
  );
}
