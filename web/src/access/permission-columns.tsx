import { type Schema, reached, useSchemas } from "../api";
import { Badge, type Column } from "../ui";
import styles from "./permission-columns.module.css";
import { asWords } from "./ways";

type Permission = Schema<"PermissionObject">;

/** What a permission says besides its name and whether it denies. */
export const restrictionsOf = (permission: Permission): [string, unknown][] => Object.entries(permission).filter(([name]) => name !== "name" && name !== "deny");

/**
 * Columns that every list of permissions has: the name, whether it allows, what that is, and where alone it counts. While `isReading`, the words of the
 * schemas are not known: rows would grow when they come.
 */
export function usePermissionColumns<Row>(of: (row: Row) => Permission): { name: Column<Row>; effect: Column<Row>; reach: Column<Row>; only: Column<Row>; isReading: boolean } {
  const { schemas, isReading } = useSchemas();
  return {
    isReading,
    name: { id: "name", title: "Permission", width: "1.6fr", wrap: true, cell: (row) => <code>{of(row).name}</code> },
    effect: { id: "effect", title: "Effect", corner: true, width: "100px", cell: (row) => (of(row).deny === true ? <Badge icon="ban" tone="deny">Denies</Badge> : <Badge icon="check" tone="allow">Allows</Badge>) },
    reach: { id: "reach", title: "What it is", width: "1.2fr", wrap: true, cell: (row) => meaning(schemas, of(row).name) },
    only: {
      id: "only",
      title: "Only where",
      width: "1.8fr",
      wrap: true,
      cell: (row) => {
        const titles = new Map(reached(schemas ?? [], of(row).name).flatMap((declared) => Object.entries(declared.properties)));
        const all = restrictionsOf(of(row));
        if (all.length === 0) return <span className={styles.quiet}>No restriction</span>;
        return (
          <ul className={styles.only}>
            {all.map(([name, value]) => (
              <li key={name}>
                {titles.get(name)?.title ?? <code>{name}</code>}
                {value === true ? "" : <>: <code>{asWords(value)}</code></>}
              </li>
            ))}
          </ul>
        );
      },
    },
  };
}

/** What a pattern reaches, in the words of the schemas. */
function meaning(schemas: Parameters<typeof reached>[0] | undefined, name: string): string {
  if (!schemas) return "";
  const found = reached(schemas, name);
  if (found.length === 0) return "No application declares it";
  if (found.length > 2) return `${found.length} permissions of ${[...new Set(found.map((one) => one.application.title))].slice(0, 3).join(", ")}`;
  return found.map((one) => one.title ?? one.name).join(", ");
}
