import { useQuery } from "@tanstack/react-query";
import { type Schema, api, got } from "../../api";
import { Badge, type Column, EmptyState, Panel, Table, Time, fixedList } from "../../ui";

type Held = Schema<"HeldPermission">;

/** What a permission says besides its name. */
function conditions(permission: Record<string, unknown>): string {
  return Object.entries(permission)
    .filter(([name]) => name !== "name" && name !== "deny")
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ");
}

const COLUMNS: Column<Held>[] = [
  { id: "name", title: "Permission", width: "2fr", wrap: true, cell: ({ permission }) => <code>{String(permission["name"])}</code> },
  { id: "effect", title: "Effect", width: "90px", cell: ({ permission }) => (permission["deny"] === true ? <Badge icon="ban" tone="deny">Denies</Badge> : <Badge icon="check" tone="allow">Allows</Badge>) },
  { id: "conditions", title: "Only where", width: "1.5fr", wrap: true, cell: ({ permission }) => conditions(permission) },
  { id: "origin", title: "Through", width: "1.2fr", wrap: true, cell: ({ origin }) => `${origin.kind} ${origin.name}` },
  { id: "until", title: "Ends", width: "110px", cell: ({ until }) => <Time none="No end" value={until} /> },
];

/** What a user holds, and through what. */
export function Holds({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["/api/v1/identities/{id}/permissions", id],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/identities/{id}/permissions", { params: { path: { id } }, signal })),
  });
  return (
    <Panel flush title="What they hold">
      <Table
        bare
        columns={COLUMNS}
        empty={
          <EmptyState compact icon="shield" title="They hold nothing">
            Whoever is assigned no role, directly or by a group, is answered no.
          </EmptyState>
        }
        label="Permissions"
        list={fixedList(query.data?.permissions, { error: query.error, retry: () => void query.refetch() })}
        rowId={(held) => JSON.stringify([held.permission, held.origin, held.from, held.until])}
      />
    </Panel>
  );
}
