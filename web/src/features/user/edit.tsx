import { type Schema, api, got, ifMatch } from "../../api";
import { EditDialog, JsonEditor, TextField, parseJson, toast, useEditing } from "../../ui";
import { asDocument } from "./detail";

type User = Schema<"StoredUser">;

const put = async (entry: User, body: Schema<"User">) => got(await api.PUT("/api/v1/users/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));
const read = async ({ id }: User) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id } } }));

const fieldsOf = (user: User) => ({ login: user.login, display_name: user.display_name ?? "", email: user.email ?? "", external_id: user.external_id ?? "", attributes: JSON.stringify(user.attributes, null, 2) });

/** Changes a user as a whole. What was changed since they were opened is not overwritten. */
export function EditUser({ user, onClose, onSaved }: { user: User; onClose: () => void; onSaved: () => void }) {
  const form = useEditing({
    entry: user,
    fields: (entry) => fieldsOf(entry ?? user),
    send: (typed, entry = user) =>
      put(entry, {
        ...asDocument(entry),
        login: typed.login.trim(),
        display_name: typed.display_name.trim() || null,
        email: typed.email.trim() || null,
        external_id: typed.external_id.trim() || null,
        attributes: parseJson(typed.attributes).value as Record<string, unknown>,
      }),
    read,
    shows: asDocument,
    onSaved: (saved, before = user) => {
      onSaved();
      onClose();
      toast(`${saved.login} was changed`, {
        undo: async () => {
          await put(saved, asDocument(before));
          onSaved();
        },
      });
    },
  });
  const { typed, set, at } = form;
  const attributes = parseJson(typed.attributes);
  const wrong = attributes.error ?? (typeof attributes.value !== "object" || attributes.value === null || Array.isArray(attributes.value) ? "It has to be an object: { … }" : undefined);
  return (
    <EditDialog form={form} onClose={onClose} ready={wrong === undefined} title={`Edit ${user.login}`}>
      <TextField autoFocus error={at("/login")} label="Login" maxLength={1024} onChange={(login) => set({ login })} required value={typed.login} />
      <TextField error={at("/display_name")} label="Name" maxLength={1024} onChange={(display_name) => set({ display_name })} optional value={typed.display_name} />
      <TextField error={at("/email")} label="E-mail address" maxLength={1024} onChange={(email) => set({ email })} optional type="email" value={typed.email} />
      <TextField error={at("/external_id")} help="What another system calls them." label="External id" maxLength={1024} mono onChange={(external_id) => set({ external_id })} optional value={typed.external_id} />
      <JsonEditor error={wrong ?? at("/attributes")} label="Attributes" onChange={(text) => set({ attributes: text })} rows={5} value={typed.attributes} />
    </EditDialog>
  );
}
