import { type Schema, api, got, ifMatch } from "../../api";
import { EditDialog, Notice, Switch, TextField, useEditing, useSaved } from "../../ui";
import styles from "./application.module.css";

type Application = Schema<"StoredApplicationDocument">;

const BEGINNING = `format = 1

[application]
id = "notes"
title = "Notes"
namespaces = ["notes"]

[[permission]]
name = "notes.*"
title = "Notes"
`;

const put = async (entry: Application, schema: string, force: boolean) => got(await api.PUT("/api/v1/applications/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body: { schema, force } }));

/** Registers the schema of an application, or another one for it. */
export function EditApplication({ application, onClose, onSaved }: { application?: Application; onClose: () => void; onSaved?: () => void }) {
  const saved = useSaved<Application>({
    lists: ["/api/v1/applications/search", "/api/v1/permissions/schemas"],
    to: ({ id }) => `/applications/${id}`,
    made: ({ name }) => `${name} was registered`,
    changed: ({ name }) => `The schema of ${name} was changed`,
    undo: (now, before) => put(now, before.document.schema, false),
    onClose,
    onSaved,
  });
  const form = useEditing({
    entry: application,
    fields: (entry) => ({ schema: entry?.document.schema ?? BEGINNING, force: false }),
    send: async ({ schema, force }, entry) => (entry ? put(entry, schema, force) : got(await api.POST("/api/v1/applications", { body: { schema } }))),
    read: async ({ id }) => got(await api.GET("/api/v1/applications/{id}", { params: { path: { id } } })),
    shows: ({ document }) => document.schema,
    onSaved: saved,
  });
  const { typed, set, error } = form;
  const breaks = error?.code === "schema_breaks";
  return (
    <EditDialog
      form={form}
      kind={typed.force ? "danger" : "primary"}
      onClose={onClose}
      ready={typed.schema.trim() !== ""}
      title={application ? `Edit the schema of ${application.name}` : "New application"}
      verb={application ? (typed.force ? "Save all the same" : "Save") : "Create application"}
      wide
    >
      <TextField help="TOML. It says the application's id, its namespaces, and its permissions." label="Schema" mono onChange={(schema) => set({ schema })} rows={18} value={typed.schema} />
      {error && error.mistakes.length > 0 && (
        <Notice kind="deny" title={breaks ? "These would no longer fit" : "What is wrong"}>
          <ul className={styles.mistakes}>
            {error.mistakes.map(({ pointer, message }) => (
              <li key={pointer + message}>
                {pointer !== "" && <code>{pointer}</code>} {message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {(breaks || typed.force) && (
        <Switch help="Stored permissions that do not fit grant nothing any more." onChange={(force) => set({ force })} selected={typed.force}>
          Take it all the same
        </Switch>
      )}
    </EditDialog>
  );
}
