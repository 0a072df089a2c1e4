import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, Dialog, ErrorNotice, Notice, Switch, TextField, toast } from "../../ui";
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

/** Registers the schema of an application, or another one for it. */
export function EditApplication({ application: shown, onClose, onSaved }: { application?: Application; onClose: () => void; onSaved?: () => void }) {
  const application = useOpened(shown);
  const [schema, setSchema] = useState(application?.document.schema ?? BEGINNING);
  const [force, setForce] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const put = async (entry: Application, text: string, isForced: boolean) => got(await api.PUT("/api/v1/applications/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body: { schema: text, force: isForced } }));
  const save = useMutation({
    mutationFn: async () => (application ? put(application, schema, force) : got(await api.POST("/api/v1/applications", { body: { schema } }))),
    onSuccess: (saved) => {
      const readAnew = () => {
        void queries.invalidateQueries({ queryKey: ["/api/v1/applications/search"] });
        void queries.invalidateQueries({ queryKey: ["/api/v1/permissions/schemas"] });
        onSaved?.();
      };
      readAnew();
      onClose();
      if (application === undefined) {
        toast(`${saved.name} was registered`);
        void navigate({ to: `/applications/${saved.id}`, search: true } as never);
        return;
      }
      toast(`The schema of ${saved.name} was changed`, {
        undo: async () => {
          await put(saved, application.document.schema, false);
          readAnew();
        },
      });
    },
  });
  const breaks = save.error?.code === "schema_breaks";
  const run = () => !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={schema.trim() === ""} kind={force ? "danger" : "primary"} pending={save.isPending} type="submit">
            {application ? (force ? "Save all the same" : "Save") : "Register application"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={application ? `Edit the schema of ${application.name}` : "New application"}
      wide
    >
      <TextField help="TOML. It says the application's id, its namespaces, and its permissions." label="Schema" mono onChange={setSchema} rows={18} value={schema} />
      {save.error && save.error.mistakes.length > 0 && (
        <Notice kind="deny" title={breaks ? "These would no longer fit" : "What is wrong"}>
          <ul className={styles.mistakes}>
            {save.error.mistakes.map(({ pointer, message }) => (
              <li key={pointer + message}>
                {pointer !== "" && <code>{pointer}</code>} {message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {(breaks || force) && (
        <Switch help="Stored permissions that do not fit grant nothing any more." onChange={setForce} selected={force}>
          Take it all the same
        </Switch>
      )}
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
