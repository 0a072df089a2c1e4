import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePermissionColumns } from "../../access/permission-columns";
import { Badge, EmptyState, Link, Panel, Stack, Table, fixedList } from "../../ui";
import { type Extended, type Permission, type Role, extendedQuery } from "./role";

interface Row {
  permission: Permission;
  key: string;
}

/** What a role grants and denies itself, and what comes with those that it extends. */
export function Permissions({ role }: { role: Role }) {
  const isExtending = (role.document.extends ?? []).length > 0;
  const extended = useQuery({ ...extendedQuery(role), enabled: isExtending });
  return (
    <Stack>
      <Panel flush title="Own permissions">
        <PermissionTable
          empty={
            <EmptyState compact icon="shield" title="It grants nothing itself">
              {isExtending ? "What it extends counts." : "Whoever holds it may do nothing by it."}
            </EmptyState>
          }
          label="Its own permissions"
          permissions={role.document.permissions}
        />
      </Panel>
      {isExtending && !extended.data && (
        <Panel flush title="Extended roles">
          <Table bare columns={[{ id: "n", title: "Permission", cell: () => "" }]} empty={null} label="Extended roles" list={fixedList<string>(undefined, { error: extended.error, retry: () => void extended.refetch() })} rowId={(row) => row} />
        </Panel>
      )}
      {extended.data?.map((one) => <OneExtended key={one.name} one={one} self={role.name} />)}
    </Stack>
  );
}

function OneExtended({ one, self }: { one: Extended; self: string }) {
  return (
    <Panel
      flush={one.role !== undefined}
      title={
        <>
          From {one.role ? <Link to={`/roles/${one.role.id}`}>{one.name}</Link> : one.name} {one.by !== self && <Badge>through {one.by}</Badge>}
        </>
      }
    >
      {one.role ? (
        <PermissionTable empty={<EmptyState compact icon="shield" title="It grants nothing itself" />} label={`Permissions of ${one.name}`} permissions={one.role.document.permissions} />
      ) : (
        "It is not among the roles that you may see here."
      )}
    </Panel>
  );
}

function PermissionTable({ permissions, label, empty }: { permissions: readonly Permission[]; label: string; empty: React.ReactNode }) {
  const { name, effect, reach, only, isReading } = usePermissionColumns<Row>((row) => row.permission);
  const rows = useMemo(() => permissions.map((permission, index): Row => ({ permission, key: `${index} ${JSON.stringify(permission)}` })), [permissions]);
  return <Table bare columns={[name, effect, reach, only]} empty={empty} label={label} list={fixedList(isReading ? undefined : rows)} rowId={(row) => row.key} />;
}
