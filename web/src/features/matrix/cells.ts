import type { Schema } from "../../api";

export type Found = Schema<"WhoCanEntry">;

/** Who may do one thing, as far as it was asked. */
export interface Column {
  action: string;
  entries: Found[];
  /** There are more who may, which were not asked for. */
  isCut: boolean;
  outside: string[];
}

/** Somebody, and what they may do. */
export interface Row {
  key: string;
  subject: Found["subject"];
  cells: Map<string, Found>;
}

export const keyOf = ({ provider, type, id, login, members }: Found["subject"]): string => JSON.stringify([provider, type, id ?? login ?? "", members ?? ""]);

export const nameOf = ({ login, id, display_name, type }: Found["subject"]): string => login ?? display_name ?? id ?? type;

/** One row for each of those who may do any of it. */
export function rowsOf(columns: readonly Column[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { action, entries } of columns)
    for (const entry of entries) {
      const key = keyOf(entry.subject);
      const row = rows.get(key) ?? { key, subject: entry.subject, cells: new Map<string, Found>() };
      row.cells.set(action, entry);
      rows.set(key, row);
    }
  return [...rows.values()].sort((a, b) => order(a) - order(b) || (nameOf(a.subject) < nameOf(b.subject) ? -1 : 1));
}

const ORDER = ["group", "user", "service"];
const order = (row: Row): number => (ORDER.indexOf(row.subject.type) + ORDER.length + 1) % (ORDER.length + 1);

/** What a cell says. Who is not among those who may is not allowed, unless not all were asked for. */
export function wordOf(row: Row, column: Column): "allowed" | "conditional" | "not allowed" | "not known" {
  const found = row.cells.get(column.action);
  if (found) return found.decision === "conditional" ? "conditional" : "allowed";
  return column.isCut ? "not known" : "not allowed";
}

const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The matrix for a spreadsheet: what it would take for a formula begins with an apostrophe. */
export function asCsv(rows: readonly Row[], columns: readonly Column[]): string {
  const head = ["type", "provider", "id", "login", ...columns.map(({ action }) => action)];
  const lines = rows.map((row) => [row.subject.type, row.subject.provider, row.subject.id ?? "", row.subject.login ?? "", ...columns.map((column) => wordOf(row, column))]);
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\n") + "\n";
}

/** The same for programs, with the permission that decided. */
export function asJson(rows: readonly Row[], columns: readonly Column[]): unknown {
  return {
    complete: columns.every(({ isCut }) => !isCut),
    subjects: rows.map((row) => ({ ...row.subject, actions: Object.fromEntries(columns.map((column) => [column.action, { decision: wordOf(row, column), ...(row.cells.get(column.action)?.permission ? { permission: row.cells.get(column.action)?.permission } : {}) }])) })),
  };
}
