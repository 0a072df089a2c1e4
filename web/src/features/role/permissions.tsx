import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { reached, useSchemas } from "../../api";
import { Badge, type Column, EmptyState, Link, Panel, Stack, Table, fixedList } from "../../ui";
import { type Extended, type Permission, type Role, extendedQuery, restrictionsOf } from "./role";
import styles from "./role.module.css";

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
      <Panel flush title="Its own permissions">
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
  const { schemas } = useSchemas();
  const rows = useMemo(() => permissions.map((permission, index): Row => ({ permission, key: `${index} ${JSON.stringify(permission)}` })), [permissions]);
  const columns: Column<Row>[] = [
    { id: "name", title: "Permission", width: "1.6fr", wrap: true, cell: ({ permission }) => <code>{permission.name}</code> },
    { id: "effect", title: "Effect", width: "100px", cell: ({ permission }) => (permission.deny === true ? <Badge icon="ban" tone="deny">Denies</Badge> : <Badge icon="check" tone="allow">Allows</Badge>) },
    { id: "reach", title: "What it is", width: "1.2fr", wrap: true, cell: ({ permission }) => meaning(schemas, permission.name) },
    {
      id: "only",
      title: "Only where",
      width: "1.8fr",
      wrap: true,
      cell: ({ permission }) => {
        const titles = new Map(reached(schemas ?? [], permission.name).flatMap((declared) => Object.entries(declared.properties)));
        const all = restrictionsOf(permission);
        if (all.length === 0) return <span className={styles.quiet}>No restriction</span>;
        return (
          <ul className={styles.only}>
            {all.map(([name, value]) => (
              <li key={name}>
                {titles.get(name)?.title ?? name}: <code>{JSON.stringify(value)}</code>
              </li>
            ))}
          </ul>
        );
      },
    },
  ];
  return <Table bare columns={columns} empty={empty} label={label} list={fixedList(rows)} rowId={(row) => row.key} />;
}

/** What a pattern reaches, in the words of the schemas. */
function meaning(schemas: Parameters<typeof reached>[0] | undefined, name: string): string {
  if (!schemas) return "";
  const found = reached(schemas, name);
  if (found.length === 0) return "No application declares it";
  if (found.length > 2) return `${found.length} permissions of ${[...new Set(found.map((one) => one.application.title))].slice(0, 3).join(", ")}`;
  return found.map((one) => one.title ?? one.name).join(", ");
}
