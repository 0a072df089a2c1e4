import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, Dialog, ErrorNotice, JsonEditor, TextField, parseJson, toast } from "../../ui";
import { asDocument } from "./detail";

type User = Schema<"StoredUser">;

/** Changes a user as a whole. What was changed since they were opened is not overwritten. */
export function EditUser({ user: shown, onClose, onSaved }: { user: User; onClose: () => void; onSaved: () => void }) {
  const user = useOpened(shown);
  const [form, setForm] = useState({ login: user.login, display_name: user.display_name ?? "", email: user.email ?? "", external_id: user.external_id ?? "", attributes: JSON.stringify(user.attributes, null, 2) });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const attributes = parseJson(form.attributes);
  const wrong = attributes.error ?? (typeof attributes.value !== "object" || attributes.value === null || Array.isArray(attributes.value) ? "It has to be an object: { … }" : undefined);
  const put = async (entry: User, body: Schema<"User">) => got(await api.PUT("/api/v1/users/{id}", { params: { path: { id: user.id }, header: ifMatch(entry) }, body }));
  const save = useMutation({
    mutationFn: () =>
      put(user, {
        ...asDocument(user),
        login: form.login.trim(),
        display_name: form.display_name.trim() || null,
        email: form.email.trim() || null,
        external_id: form.external_id.trim() || null,
        attributes: attributes.value as Record<string, unknown>,
      }),
    onSuccess: (saved) => {
      onSaved();
      onClose();
      toast(`${saved.login} was changed`, {
        undo: async () => {
          await put(saved, asDocument(user));
          onSaved();
        },
      });
    },
  });
  const run = () => wrong === undefined && !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={wrong !== undefined} kind="primary" pending={save.isPending} type="submit">
            Save
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`Edit ${user.login}`}
    >
      <TextField autoFocus error={save.error?.at("/login")} label="Login" maxLength={1024} onChange={(login) => set({ login })} required value={form.login} />
      <TextField error={save.error?.at("/display_name")} label="Name" maxLength={1024} onChange={(display_name) => set({ display_name })} optional value={form.display_name} />
      <TextField error={save.error?.at("/email")} label="E-mail address" maxLength={1024} onChange={(email) => set({ email })} optional type="email" value={form.email} />
      <TextField error={save.error?.at("/external_id")} help="What another system calls them." label="External id" maxLength={1024} mono onChange={(external_id) => set({ external_id })} optional value={form.external_id} />
      <JsonEditor error={wrong ?? save.error?.at("/attributes")} label="Attributes" onChange={(text) => set({ attributes: text })} rows={5} value={form.attributes} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
