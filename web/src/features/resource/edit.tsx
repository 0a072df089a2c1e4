import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type ApiError, type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, ComboBox, Dialog, ErrorNotice, JsonEditor, TextField, parseJson, toast } from "../../ui";
import { pathOf } from "./path";

type Resource = Schema<"StoredResource">;
type Attributes = Record<string, unknown>;

/** What a text in JSON says of attributes, or what is wrong with it. */
function attributesOf(text: string): { value: Attributes; error?: undefined } | { value?: undefined; error: string } {
  const read = parseJson(text);
  if (read.error !== undefined) return { error: read.error };
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value)) return { error: "It has to be an object: { … }" };
  return { value: read.value as Attributes };
}

/** What the server says is wrong with attributes, with their names. */
function wrongIn(error: ApiError | null): string | undefined {
  const found = (error?.mistakes ?? []).filter(({ pointer }) => pointer.startsWith("/attributes"));
  if (found.length === 0) return undefined;
  return found.map(({ pointer, message }) => (pointer === "/attributes" ? message : `${pointer.slice("/attributes/".length)}: ${message}`)).join("; ");
}

/** Registers a resource by hand, as its application would. */
export function CreateResource({ applications, onClose }: { applications: readonly string[]; onClose: () => void }) {
  const [form, setForm] = useState({ application: applications.length === 1 ? (applications[0] ?? "") : "", type: "", id: "", attributes: "{}" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const attributes = attributesOf(form.attributes);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: async () => got(await api.POST("/api/v1/resources", { body: { application: form.application.trim(), type: form.type.trim(), id: form.id, attributes: attributes.value ?? {} } })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/resources/search"] });
      onClose();
      toast(`${made.type} ${made.id} was registered`);
      void navigate({ to: pathOf(made), search: true } as never);
    },
  });
  const isReady = form.application.trim() !== "" && form.type.trim() !== "" && form.id !== "" && attributes.error === undefined;
  const run = () => isReady && !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            Register
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title="Register resource"
    >
      <ComboBox error={save.error?.at("/application")} free label="Application" onChange={(application) => set({ application })} options={applications.map((name) => ({ value: name, label: name }))} value={form.application} />
      <TextField error={save.error?.at("/type")} help="In the application's words: note, order." label="Type" maxLength={128} mono onChange={(type) => set({ type })} required value={form.type} />
      <TextField error={save.error?.at("/id")} label="Id" maxLength={256} mono onChange={(id) => set({ id })} required value={form.id} />
      <JsonEditor error={attributes.error ?? wrongIn(save.error)} label="Attributes" onChange={(text) => set({ attributes: text })} rows={5} value={form.attributes} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}

/** Changes all attributes of a resource. */
export function EditResource({ resource: shown, onClose, onSaved }: { resource: Resource; onClose: () => void; onSaved: () => void }) {
  const resource = useOpened(shown);
  const [text, setText] = useState(JSON.stringify(resource.attributes, null, 2));
  const attributes = attributesOf(text);
  const { application, type, id } = resource;
  const put = async (entry: Resource, value: Attributes) => got(await api.PUT("/api/v1/resources/{application}/{type}/{id}", { params: { path: { application, type, id }, header: ifMatch(entry) }, body: { attributes: value } }));
  const save = useMutation({
    mutationFn: () => put(resource, attributes.value ?? {}),
    onSuccess: (saved) => {
      onSaved();
      onClose();
      toast(`${id} was changed`, {
        undo: async () => {
          await put(saved, resource.attributes);
          onSaved();
        },
      });
    },
  });
  const isReady = attributes.error === undefined;
  const run = () => isReady && !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            Save
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`Edit ${id}`}
    >
      <p>Of the types that the application&apos;s schema declares. null says that an attribute is known to be missing.</p>
      <JsonEditor error={attributes.error ?? wrongIn(save.error)} label="Attributes" onChange={setText} rows={10} value={text} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
