import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { Button, ComboBox, Dialog, ErrorNotice, TextField, toast } from "../../ui";

/** Makes a user by hand. */
export function CreateUser({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState({ provider: "casemate", login: "", display_name: "", email: "", subject: "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const maySeeProviders = useAllowed("casemate.provider.list") === true;
  const providers = useSearch("/api/v1/providers/search", { sort: "name" }, { enabled: maySeeProviders });
  const isLocal = form.provider === "casemate";
  const save = useMutation({
    mutationFn: async () => {
      const body: Schema<"User"> = {
        provider: form.provider,
        login: form.login.trim(),
        active: true,
        ...(form.display_name.trim() === "" ? {} : { display_name: form.display_name.trim() }),
        ...(form.email.trim() === "" ? {} : { email: form.email.trim() }),
        ...(isLocal || form.subject.trim() === "" ? {} : { subject: form.subject.trim() }),
      };
      return got(await api.POST("/api/v1/users", { body }));
    },
    onSuccess: (user) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/users/search"] });
      onClose();
      toast(`${user.login} was made`);
      void navigate({ to: `/users/${user.id}`, search: true } as never);
    },
  });
  const run = () => !save.isPending && save.mutate();
  const names = ["casemate", ...providers.items.map((provider) => provider.name)];
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" pending={save.isPending} type="submit">
            Create user
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title="New user"
    >
      <ComboBox
        error={save.error?.at("/provider")}
        free
        help={isLocal ? "Casemate keeps the account. Invite them to set a password." : "It vouches for them when they sign in."}
        label="Provider"
        onChange={(provider) => set({ provider })}
        options={names.map((name) => ({ value: name, label: name }))}
        value={form.provider}
      />
      <TextField autoFocus error={save.error?.at("/login")} help="What people call them, such as their e-mail address." label="Login" maxLength={1024} onChange={(login) => set({ login })} required value={form.login} />
      <TextField error={save.error?.at("/display_name")} label="Name" maxLength={1024} onChange={(display_name) => set({ display_name })} optional value={form.display_name} />
      <TextField error={save.error?.at("/email")} label="E-mail address" maxLength={1024} onChange={(email) => set({ email })} optional type="email" value={form.email} />
      {!isLocal && (
        <TextField
          error={save.error?.at("/subject")}
          help="What the provider calls them in its tokens. Without it nobody who signs in is them."
          label="Subject"
          maxLength={1024}
          mono
          onChange={(subject) => set({ subject })}
          optional
          value={form.subject}
        />
      )}
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
