import { useQuery } from "@tanstack/react-query";
import { usePermissionColumns } from "../../access/permission-columns";
import { Through } from "../../access/through";
import { type Schema, api, got } from "../../api";
import { EmptyState, Panel, Table, Time, fixedList } from "../../ui";

type Held = Schema<"HeldPermission">;

/** What a user holds, and through what. */
export function Holds({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["/api/v1/identities/{id}/permissions", id],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/identities/{id}/permissions", { params: { path: { id } }, signal })),
  });
  const { name, effect, only, isReading } = usePermissionColumns<Held>(({ permission }) => permission as Schema<"PermissionObject">);
  return (
    <Panel flush title="What they hold">
      <Table
        bare
        columns={[
          name,
          effect,
          { ...only, width: "1.5fr" },
          { id: "origin", title: "Through", width: "1.4fr", wrap: true, cell: ({ origin }) => <Through origin={origin} /> },
          { id: "until", title: "Ends", width: "96px", cell: ({ until }) => <Time none="No end" value={until} /> },
        ]}
        empty={
          <EmptyState compact icon="shield" title="They hold nothing">
            Whoever is assigned no role, directly or by a group, is answered no.
          </EmptyState>
        }
        label="Permissions"
        list={fixedList(isReading ? undefined : query.data?.permissions, { error: query.error, retry: () => void query.refetch() })}
        rowId={(held) => JSON.stringify([held.permission, held.origin, held.from, held.until])}
      />
    </Panel>
  );
}
