import { type ApiError, type Schema, api, got, ifMatch } from "../../api";
import { ComboBox, EditDialog, JsonEditor, TextField, parseJson, toast, useEditing, useSaved } from "../../ui";
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
  const saved = useSaved<Resource>({ lists: ["/api/v1/resources/search"], to: pathOf, made: ({ type, id }) => `${type} ${id} was registered`, onClose });
  const form = useEditing({
    entry: undefined as Resource | undefined,
    fields: () => ({ application: applications.length === 1 ? (applications[0] ?? "") : "", type: "", id: "", attributes: "{}" }),
    send: async ({ application, type, id, attributes }) => got(await api.POST("/api/v1/resources", { body: { application: application.trim(), type: type.trim(), id, attributes: attributesOf(attributes).value ?? {} } })),
    onSaved: saved,
  });
  const { typed, set, at } = form;
  const attributes = attributesOf(typed.attributes);
  const isReady = typed.application.trim() !== "" && typed.type.trim() !== "" && typed.id !== "" && attributes.error === undefined;
  return (
    <EditDialog form={form} onClose={onClose} ready={isReady} title="Register resource" verb="Register">
      <ComboBox error={at("/application")} free label="Application" onChange={(application) => set({ application })} options={applications.map((name) => ({ value: name, label: name }))} value={typed.application} />
      <TextField error={at("/type")} help="In the application's words: note, order." label="Type" maxLength={128} mono onChange={(type) => set({ type })} required value={typed.type} />
      <TextField error={at("/id")} label="Id" maxLength={256} mono onChange={(id) => set({ id })} required value={typed.id} />
      <JsonEditor error={attributes.error ?? wrongIn(form.error)} label="Attributes" onChange={(text) => set({ attributes: text })} rows={5} value={typed.attributes} />
    </EditDialog>
  );
}

const put = async (entry: Resource, attributes: Attributes) => {
  const { application, type, id } = entry;
  return got(await api.PUT("/api/v1/resources/{application}/{type}/{id}", { params: { path: { application, type, id }, header: ifMatch(entry) }, body: { attributes } }));
};

/** Changes all attributes of a resource. */
export function EditResource({ resource, onClose, onSaved }: { resource: Resource; onClose: () => void; onSaved: () => void }) {
  const form = useEditing({
    entry: resource,
    fields: (entry = resource) => ({ attributes: JSON.stringify(entry.attributes, null, 2) }),
    send: ({ attributes }, entry = resource) => put(entry, attributesOf(attributes).value ?? {}),
    read: async ({ application, type, id }) => got(await api.GET("/api/v1/resources/{application}/{type}/{id}", { params: { path: { application, type, id } } })),
    shows: ({ attributes }) => attributes,
    onSaved: (saved, before = resource) => {
      onSaved();
      onClose();
      toast(`${saved.id} was changed`, {
        undo: async () => {
          await put(saved, before.attributes);
          onSaved();
        },
      });
    },
  });
  const attributes = attributesOf(form.typed.attributes);
  return (
    <EditDialog form={form} onClose={onClose} ready={attributes.error === undefined} title={`Edit ${resource.id}`}>
      <p>Of the types that the application&apos;s schema declares. null says that an attribute is known to be missing.</p>
      <JsonEditor error={attributes.error ?? wrongIn(form.error)} label="Attributes" onChange={(text) => form.set({ attributes: text })} rows={10} value={form.typed.attributes} />
    </EditDialog>
  );
}
