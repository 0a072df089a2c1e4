import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, api, got, useAllowed, useSchemas, useSearch } from "../../api";
import { expanded } from "../../api/overlap";
import { whyLink } from "../../shell/why-link";
import { Button, ComboBox, CopyAsCurl, EmptyState, ErrorState, Filters, Icon, IconButton, Link, Menu, Notice, Page, Panel, SearchField, Select, SkeletonLines, TextField, useFragmentState } from "../../ui";
import { save } from "../../ui/export";
import { type Column, type Row, asCsv, asJson, nameOf, rowsOf, wordOf } from "./cells";
import styles from "./matrix.module.css";

const DEFAULTS = { application: "", actions: "", type: "", search: "", kind: "" };
/** Actions that are asked about at once. */
const MOST_ACTIONS = 16;
/** Pages that are read of one action, and how many a page tells. */
const PAGES = 3;
const LIMIT = 500;
/** Rows that are drawn. */
const MOST_ROWS = 400;

/** Who may do what: people, groups and programs by actions. */
export function MatrixPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const { schemas, isReading } = useSchemas();
  const maySearch = useAllowed("casemate.decision.search") === true;
  const mayList = useAllowed("casemate.role.list") === true;
  const roles = useSearch("/api/v1/roles/search", { sort: "name" }, { enabled: mayList, limit: 1000 });
  const applications = schemas ?? [];
  const application = applications.find(({ id }) => id === state.application) ?? (state.actions === "" ? applications.find(({ id }) => id !== "casemate") : undefined);
  const isOwn = (name: string) => application?.namespaces.includes(name.split(".")[0] ?? "") ?? false;
  const declared = application?.permissions.map(({ name }) => name).filter((name) => !/[*?{]/.test(name)) ?? [];
  const granted = roles.items.flatMap((role) => role.document.permissions.flatMap(({ name }) => expanded(name) ?? [])).filter((name) => !/[*?]/.test(name) && isOwn(name));
  const known = [...new Set([...declared, ...granted])].sort();
  const chosen = state.actions === "" ? known.slice(0, MOST_ACTIONS) : state.actions.split(",").slice(0, MOST_ACTIONS);
  const isReadingNames = maySearch && state.actions === "" && (isReading || (mayList && roles.isLoading));
  const isReady = maySearch && (state.actions !== "" || (schemas !== undefined && !(mayList && roles.isLoading)));
  const body = (action: string) => ({ action: { name: action, properties: {} }, ...(state.type === "" ? {} : { resource: { type: state.type } }) });
  const queries = useQueries({
    queries: chosen.map((action) => ({
      queryKey: ["/api/v1/who-can", action, state.type],
      enabled: isReady,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Column> => {
        const column: Column = { action, entries: [], isCut: false, outside: [] };
        let after: string | undefined;
        for (let page = 0; page < PAGES; page += 1) {
          const answer = got(await api.POST("/api/v1/who-can", { body: { ...body(action), limit: LIMIT, ...(after === undefined ? {} : { after }) }, signal }));
          column.entries.push(...answer.items);
          column.outside = answer.outside;
          after = answer.next ?? undefined;
          if (after === undefined) return column;
        }
        return { ...column, isCut: true };
      },
    })),
  });
  const failed = queries.find((query) => query.error)?.error as ApiError | undefined;
  const columns = queries.flatMap((query) => (query.data ? [query.data] : []));
  const isLoading = !isReady || queries.some((query) => query.isPending);
  const all = rowsOf(columns);
  const rows = all.filter((row) => (state.kind === "" || row.subject.type === state.kind) && [nameOf(row.subject), row.subject.display_name, row.subject.id].some((text) => text?.toLowerCase().includes(state.search.toLowerCase())));
  const setActions = (actions: string[]) => setState({ actions: actions.join(",") });
  const name = `who-can-${application?.id ?? "matrix"}`;
  if (useAllowed("casemate.decision.search") === false) {
    return (
      <Page title="Who can">
        <EmptyState icon="lock" title="You may not search decisions">
          It needs casemate.decision.search in this tenant.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page actions={chosen[0] && <CopyAsCurl body={body(chosen[0])} method="POST" path="/api/v1/who-can" />} description="Everybody whom the directory knows and who may do any of it, whole groups too." title="Who can">
      <Panel title="Actions">
        <div className={styles.choose}>
          <div className={styles.pair}>
            <Select label="Application" onChange={(id) => setState({ application: id, actions: "" })} options={applications.map(({ id, title }) => ({ value: id, label: title }))} value={application?.id ?? ""} />
            <TypeField key={state.type} onChange={(type) => setState({ type })} value={state.type} />
            <AddAction known={known.filter((action) => !chosen.includes(action))} onAdd={(action) => !chosen.includes(action) && setActions([...chosen, action])} />
          </div>
          <ul aria-label="Actions that are asked about" className={styles.actions}>
            {chosen.map((action) => (
              <li key={action}>
                <code>{action}</code>
                <IconButton icon="x" label={`Without ${action}`} onPress={() => setActions(chosen.filter((one) => one !== action))} />
              </li>
            ))}
          </ul>
          {known.length > MOST_ACTIONS && state.actions === "" && <small className={styles.note}>The first {MOST_ACTIONS} of {known.length} names are asked about. Add others, and take some away.</small>}
        </div>
      </Panel>
      <Filters
        end={
          <Menu
            entries={[
              { id: "csv", label: "CSV", icon: "download", help: "What is shown, for spreadsheets", onAction: () => save(new Blob([asCsv(rows, columns)], { type: "text/csv" }), `${name}.csv`) },
              { id: "json", label: "JSON", icon: "download", help: "With the permissions that decided", onAction: () => save(new Blob([JSON.stringify(asJson(rows, columns), null, 2), "\n"], { type: "application/json" }), `${name}.json`) },
            ]}
            label="Export"
            trigger={<Button icon="download">Export</Button>}
          />
        }
        onReset={state.search !== "" || state.kind !== "" ? () => setState({ search: "", kind: "" }) : undefined}
      >
        <SearchField label="Search login, name or id" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="Who"
          onChange={(kind) => setState({ kind: kind === "any" ? "" : kind })}
          options={[
            { value: "any", label: "any" },
            { value: "user", label: "users" },
            { value: "group", label: "groups" },
            { value: "service", label: "service accounts" },
          ]}
          value={state.kind || "any"}
        />
      </Filters>
      {failed && <ErrorState error={failed} onRetry={() => queries.forEach((query) => query.error && void query.refetch())} />}
      {isLoading && !failed && (chosen.length > 0 || isReadingNames) && (
        <Panel>
          <SkeletonLines lines={8} />
        </Panel>
      )}
      {chosen.length === 0 && isReady && (
        <EmptyState icon="list" title="Say which actions">
          {application ? `${application.title} declares patterns alone. Add the names that it asks for.` : "Choose an application, or add names."}
        </EmptyState>
      )}
      {!isLoading && columns.length > 0 && rows.length === 0 && (
        <EmptyState icon="users" title={all.length === 0 ? "Nobody may do any of it" : "Nobody fits"}>
          {all.length === 0 ? "Nobody whom the directory knows is allowed any of these actions." : "Nobody who may do any of it has what you search for."}
        </EmptyState>
      )}
      {!isLoading && rows.length > 0 && <Matrix columns={columns} rows={rows.slice(0, MOST_ROWS)} />}
      {!isLoading && columns.length > 0 && <Limits all={all.length} columns={columns} hasType={state.type !== ""} shown={rows.length} />}
    </Page>
  );
}

function AddAction({ known, onAdd }: { known: string[]; onAdd: (action: string) => void }) {
  const [typed, setTyped] = useState("");
  const add = () => {
    if (typed.trim() !== "") onAdd(typed.trim());
    setTyped("");
  };
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <ComboBox free label="Add an action" onChange={setTyped} onType={() => undefined} options={known.filter((action) => action.includes(typed)).slice(0, 40).map((action) => ({ value: action, label: action }))} placeholder="shop.order.read" value={typed} />
      <Button disabled={typed.trim() === ""} type="submit">
        Add
      </Button>
    </form>
  );
}

/** Asked anew once the field is left, or Enter is pressed. */
function TypeField({ value, onChange }: { value: string; onChange: (type: string) => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <form
      onBlur={() => onChange(typed.trim())}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <TextField label="Resource type" mono onChange={setTyped} optional placeholder="order" value={typed} />
    </form>
  );
}

const LOOKS = {
  allowed: { icon: "check", text: "Yes" },
  conditional: { icon: "filter", text: "Some" },
  "not allowed": { icon: undefined, text: "–" },
  "not known": { icon: undefined, text: "?" },
} as const;

function Matrix({ rows, columns }: { rows: readonly Row[]; columns: readonly Column[] }) {
  return (
    <div aria-label="Who can do what" className={styles.frame} role="region" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Who</th>
            {columns.map(({ action }) => (
              <th key={action} scope="col">
                <code>{action}</code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className={styles.who}>
                  <Icon name={row.subject.type === "group" ? "group" : row.subject.type === "service" ? "robot" : "user"} />
                  <span className={styles.name}>
                    {row.subject.type === "user" && row.subject.id?.startsWith("usr_") ? <Link to={`/users/${row.subject.id}`}>{nameOf(row.subject)}</Link> : row.subject.type === "group" ? <Link to={`/groups#search=${encodeURIComponent(nameOf(row.subject))}`}>{nameOf(row.subject)}</Link> : nameOf(row.subject)}
                    {row.subject.type === "group" && <span className={styles.provider}>group{row.subject.provider === "casemate" ? "" : ` of ${row.subject.provider || "no provider"}`}</span>}
                  </span>
                </span>
              </th>
              {columns.map((column) => {
                const word = wordOf(row, column);
                const look = LOOKS[word];
                const inside = (
                  <>
                    {look.icon && <Icon name={look.icon} size={14} />}
                    <span aria-hidden="true">{look.text}</span>
                    <span className="hidden">{word}</span>
                  </>
                );
                return (
                  <td className={styles[word.replace(" ", "")]} key={column.action} title={row.cells.get(column.action)?.permission ?? undefined}>
                    {row.subject.id && row.subject.type !== "group" ? <Link to={whyLink({ who: row.subject, action: column.action })}>{inside}</Link> : <span className={styles.plain}>{inside}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the matrix does not show. */
function Limits({ columns, all, shown, hasType }: { columns: readonly Column[]; all: number; shown: number; hasType: boolean }) {
  const cut = columns.filter(({ isCut }) => isCut);
  const outside = [...new Set(columns.flatMap((column) => column.outside))];
  return (
    <Notice title="What is not shown">
      <ul className={styles.limits}>
        <li>Whoever may do none of these actions has no row: the server tells only those who may.{shown > MOST_ROWS && ` The first ${MOST_ROWS} of ${shown} rows are drawn; the export holds all of them.`}</li>
        <li>“Some” depends on {hasType ? "the rest of what is known of the resource" : "the resource"}, or on which member of a group it is. A cell leads to the reason.</li>
        <li>A group stands for members of whom nothing else is known; those whom the directory knows have rows of their own.</li>
        {cut.length > 0 && <li>More than {PAGES * LIMIT} may {cut.map(({ action }) => action).join(", ")}: whoever is not among the first is marked “?”.</li>}
        {outside.length > 0 && <li>{outside.join(", ")} may allow it to people whom the directory does not know.</li>}
        <li>{all} in all.</li>
      </ul>
    </Notice>
  );
}
