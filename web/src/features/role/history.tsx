import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Actor } from "../../access/actor";
import { VersionPanel } from "../../access/version-panel";
import { type ApiError, type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { Badge, Button, type Column, Diff, EmptyState, Panel, Stack, Table, Time } from "../../ui";
import { READ_ANEW, type Role, type RoleDocument } from "./role";
import styles from "./role.module.css";

interface Change {
  version: Schema<"PolicyVersion">;
  before: RoleDocument | undefined;
  after: RoleDocument | undefined;
}

/** Versions of the policy that are looked at for one page of the history. */
const AT_ONCE = 100;
/** Those among them that are read as a whole. */
const READ = 40;

function documentOf(side: unknown): RoleDocument | undefined {
  return (side as { document?: RoleDocument } | null | undefined)?.document;
}

/** Whether a change may be of this role: those of one object say which. */
function maySay(version: Schema<"PolicyVersion">, name: string): boolean {
  return version.objects > 1 || version.summary.includes(` role ${name}`) || !/ the \S+ /.test(version.summary);
}

const COLUMNS: Column<Change>[] = [
  { id: "what", title: "What", width: "1.4fr", cell: ({ version, before, after }) => (before === undefined ? "Created" : after === undefined ? "Deleted" : version.summary.startsWith("update") ? "Changed" : version.summary) },
  { id: "revision", title: "Revision", width: "80px", cell: ({ version }) => version.revision },
  { id: "actor", title: "By", width: "1.2fr", cell: ({ version }) => <Actor actor={version.actor} /> },
  { id: "at", title: "When", width: "120px", cell: ({ version }) => <Time value={version.at} /> },
];

/** What changes of the policy made of a role: compared, and set back. */
export function History({ role }: { role: Role }) {
  const [chosen, setChosen] = useState<number | undefined>();
  const query = useInfiniteQuery<{ items: Change[]; looked: number; unread: number; next: string | undefined }, ApiError>({
    queryKey: ["role-history", role.id, role.revision],
    initialPageParam: undefined,
    queryFn: async ({ pageParam, signal }) => {
      const page = got(await api.POST("/api/v1/policy/versions/search", { body: { limit: AT_ONCE, sort: "-revision", ...(pageParam === undefined ? {} : { after: pageParam as string }) }, signal }));
      const asked = page.items.filter((version) => version.objects > 0 && maySay(version, role.name));
      const read = await Promise.all(asked.slice(0, READ).map(async ({ revision }) => got(await api.GET("/api/v1/policy/versions/{revision}", { params: { path: { revision } }, signal }))));
      const items = read.flatMap(({ version, edits }) => edits.filter((edit) => edit.kind === "role" && edit.id === role.id).map((edit): Change => ({ version, before: documentOf(edit.before), after: documentOf(edit.after) })));
      return { items, looked: page.items.length, unread: Math.max(0, asked.length - READ), next: page.next ?? undefined };
    },
    getNextPageParam: (last) => last.next,
  });
  const pages = query.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const looked = pages.reduce((sum, page) => sum + page.looked, 0);
  const unread = pages.reduce((sum, page) => sum + page.unread, 0);
  const change = items.find(({ version }) => version.revision === chosen);
  return (
    <Stack>
      <Panel
        actions={
          query.hasNextPage && (
            <Button onPress={() => void query.fetchNextPage()} pending={query.isFetchingNextPage} small>
              Look further back
            </Button>
          )
        }
        flush
        title="Versions"
      >
        <Table
          bare
          columns={COLUMNS}
          empty={
            <EmptyState compact icon="history" title="No change of it so far">
              {query.hasNextPage ? `None among the newest ${looked} changes of the policy.` : "It came with Casemate, or with the database."}
            </EmptyState>
          }
          label="Versions"
          list={{ items, isLoading: query.isPending, error: query.error, hasMore: false, more: () => undefined, retry: () => void query.refetch() }}
          onOpen={({ version }) => setChosen(version.revision)}
          rowId={({ version }) => String(version.revision)}
          selected={chosen === undefined ? undefined : String(chosen)}
        />
      </Panel>
      {query.data && (
        <small className={styles.quiet}>
          {query.hasNextPage ? `The newest ${looked} changes of the policy were looked at.` : `All ${looked} changes of the policy were looked at.`}
          {unread > 0 && ` ${unread} of them that changed several objects were not read.`}
        </small>
      )}
      {change && <OneChange change={change} key={chosen} role={role} />}
    </Stack>
  );
}

function OneChange({ role, change: { version, before, after } }: { role: Role; change: Change }) {
  const mayUpdate = useAllowed("casemate.role.update") === true && role.origin === "";
  const queries = useQueryClient();
  const isNow = after !== undefined && JSON.stringify(after) === JSON.stringify(role.document);
  const put = async (over: { revision: number }, body: RoleDocument) => got(await api.PUT("/api/v1/roles/{id}", { params: { path: { id: role.id }, header: ifMatch(over) }, body }));
  return (
    <VersionPanel
      back={
        mayUpdate && after !== undefined && !isNow
          ? {
              shows: (
                <Stack>
                  <div>This role alone is changed, by a new revision that can be set back too. It counts for everybody who holds it.</div>
                  <Diff after={after} before={role.document} label="What would be changed" />
                </Stack>
              ),
              run: async () => {
                const made = await put(role, after);
                return () => put(made, role.document);
              },
              onDone: () => {
                for (const key of READ_ANEW) void queries.invalidateQueries({ queryKey: [key] });
              },
            }
          : undefined
      }
      badge={isNow && <Badge icon="check" tone="allow">As it is now</Badge>}
      name={role.name}
      revision={version.revision}
      summary={version.summary}
      version={version}
    >
      <Diff after={after} before={before} label={`What revision ${version.revision} changed`} />
    </VersionPanel>
  );
}
