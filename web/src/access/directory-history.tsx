import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ApiError, Listed, Schema } from "../api";
import { Badge, type Column, Diff, DiffOfLines, EmptyState, ErrorState, Panel, SkeletonLines, Stack, Table, Time } from "../ui";
import { Actor } from "./actor";
import { VersionPanel } from "./version-panel";

type Version = Schema<"DirectoryVersion">;

/** What a version changed. */
interface Read {
  version: Version;
  before?: unknown;
  after?: unknown;
}

const VERBS: Record<string, string> = { create: "Created", update: "Changed", restore: "Set back", delete: "Deleted", add: "Members added", remove: "Members removed", apply: "Applied from code" };

const COLUMNS: Column<Version>[] = [
  { id: "verb", title: "What", width: "1.2fr", cell: (version) => (version.restored ? `Set back to ${version.restored}` : (VERBS[version.verb] ?? version.verb)) },
  { id: "revision", title: "Revision", width: "80px", cell: (version) => version.revision },
  { id: "actor", title: "By", width: "1.4fr", cell: (version) => <Actor actor={version.actor} /> },
  { id: "at", title: "When", width: "130px", cell: (version) => <Time value={version.at} /> },
];

/** What setting back changed, or would, and the revision that it made. */
interface Restored {
  changes: readonly string[];
  restored: boolean;
  revision: number;
}

interface Props<R extends Read, T extends Restored> {
  /** Whose versions they are, as it is now. */
  entry: { id: string; revision: number };
  name: string;
  list: Listed<Version>;
  /** Which changes have no version. */
  none: string;
  read: (revision: number, signal: AbortSignal) => Promise<R>;
  mayRestore: boolean;
  /** Sets it back, over the revision `over`; or says alone what that would change. */
  restore: (over: number, to: number, how: { dry_run: boolean; reason?: string }) => Promise<T>;
  onRestored: () => void;
  /** What a version changed besides the document. */
  besides?: (read: R) => ReactNode;
  /** What setting back would leave out. */
  leaves?: (trial: T) => ReactNode;
}

/** What changes by hand made of somebody or something of the directory: compared, and set back. */
export function DirectoryHistory<R extends Read, T extends Restored>(props: Props<R, T>) {
  const [chosen, setChosen] = useState<number | undefined>();
  return (
    <Stack>
      <Panel flush title="Versions">
        <Table
          bare
          columns={COLUMNS}
          empty={
            <EmptyState compact icon="history" title="No versions">
              {props.none}
            </EmptyState>
          }
          label="Versions"
          list={props.list}
          onOpen={(version) => setChosen(version.revision)}
          rowId={(version) => String(version.revision)}
          selected={chosen === undefined ? undefined : String(chosen)}
        />
      </Panel>
      {chosen !== undefined && <OneVersion {...props} key={chosen} revision={chosen} />}
    </Stack>
  );
}

function OneVersion<R extends Read, T extends Restored>({ entry, name, revision, read, mayRestore, restore, onRestored, besides, leaves }: Props<R, T> & { revision: number }) {
  const [isAsking, setIsAsking] = useState(false);
  const version = useQuery<R, ApiError>({ queryKey: ["version", entry.id, revision], queryFn: ({ signal }) => read(revision, signal) });
  const trial = useQuery<T, ApiError>({ queryKey: ["restore", entry.id, revision, entry.revision], enabled: isAsking, gcTime: 0, queryFn: () => restore(entry.revision, revision, { dry_run: true }) });
  const { data } = version;
  return (
    <VersionPanel
      back={
        mayRestore
          ? {
              reason: true,
              ready: trial.data !== undefined,
              onAsk: setIsAsking,
              shows: (
                <>
                  {trial.isPending && <SkeletonLines lines={3} />}
                  {trial.error && <ErrorState compact error={trial.error} onRetry={() => void trial.refetch()} />}
                  {trial.data && <DiffOfLines label="What would be changed" lines={trial.data.changes} />}
                  {trial.data && leaves?.(trial.data)}
                </>
              ),
              run: async (reason) => {
                const { restored, revision: made } = await restore(entry.revision, revision, { dry_run: false, ...(reason ? { reason } : {}) });
                return restored ? () => restore(made, entry.revision, { dry_run: false, reason: `Undo of setting back to ${revision}` }) : undefined;
              },
              onDone: onRestored,
            }
          : undefined
      }
      badge={<Badge>{VERBS[data?.version.verb ?? ""] ?? "…"}</Badge>}
      name={name}
      revision={revision}
      version={data?.version}
    >
      {version.error && <ErrorState compact error={version.error} onRetry={() => void version.refetch()} />}
      {version.isPending && <SkeletonLines lines={5} />}
      {data && besides?.(data)}
      {data && (besides === undefined || JSON.stringify(data.before) !== JSON.stringify(data.after)) && <Diff after={data.after} before={data.before} label={`What revision ${revision} changed`} />}
    </VersionPanel>
  );
}
