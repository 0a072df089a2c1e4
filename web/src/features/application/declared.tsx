import { type Column, EmptyState, Panel, Table, fixedList } from "../../ui";
import styles from "./application.module.css";
import type { Declared, DeclaredPermission } from "./schema";

const PERMISSIONS: Column<DeclaredPermission>[] = [
  { id: "name", title: "Name", width: "1.3fr", wrap: true, cell: ({ name }) => <code>{name}</code> },
  { id: "title", title: "Title", width: "1.3fr", wrap: true, cell: ({ title, description }) => title ?? description ?? "" },
  {
    id: "properties",
    title: "Narrowed by",
    width: "2.4fr",
    wrap: true,
    cell: ({ properties = {} }) =>
      Object.keys(properties).length === 0 ? null : (
        <span className={styles.properties}>
          {Object.entries(properties).map(([name, property]) => (
            <span key={name}>
              <code>{name}</code> {property.type !== undefined && <span>({property.type})</span>} {property.title}
              {property.when !== undefined && <code className={styles.condition}>{property.when}</code>}
            </span>
          ))}
        </span>
      ),
  },
];

/** The permissions that a schema declares. */
export function Permissions({ permissions }: { permissions: readonly DeclaredPermission[] | undefined }) {
  return (
    <Panel flush title="Permissions">
      <Table
        bare
        columns={PERMISSIONS}
        empty={
          <EmptyState compact icon="role" title="No permissions">
            The schema declares none: roles cannot narrow what is asked of it.
          </EmptyState>
        }
        label="Permissions"
        list={fixedList(permissions)}
        rowId={({ name }) => name}
      />
    </Panel>
  );
}

const ATTRIBUTES: Column<readonly [string, Declared]>[] = [
  { id: "name", title: "Name", width: "1.2fr", wrap: true, cell: ([name]) => <code>{name}</code> },
  { id: "type", title: "Type", cell: ([, { type }]) => <code>{type ?? ""}</code> },
  { id: "nullable", title: "May be missing", width: "130px", cell: ([, { nullable }]) => (nullable ? "Yes" : "No") },
  { id: "title", title: "Title", width: "1.5fr", wrap: true, cell: ([, { title, description }]) => title ?? description ?? "" },
];

/** The attributes of resources that a schema declares. */
export function Attributes({ attributes, isOpaque }: { attributes: readonly (readonly [string, Declared])[] | undefined; isOpaque: boolean }) {
  return (
    <Panel flush title="Attributes of its resources">
      <Table
        bare
        columns={ATTRIBUTES}
        empty={
          <EmptyState compact icon="list" title="No attributes">
            {isOpaque ? "Others than declared ones are kept and shown, and no condition sees them." : "Conditions know nothing of its resources."}
          </EmptyState>
        }
        label="Attributes"
        list={fixedList(attributes)}
        rowId={([name]) => name}
      />
    </Panel>
  );
}
