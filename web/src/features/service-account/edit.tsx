import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, Dialog, ErrorNotice, TextField, toast } from "../../ui";

type Account = Schema<"StoredServiceAccountEntry">;
type Document = Schema<"ServiceAccountEntry">;

/** Makes a service account, or changes what it is called. */
export function EditServiceAccount({ account: shown, onClose, onSaved }: { account?: Account; onClose: () => void; onSaved?: () => void }) {
  const account = useOpened(shown);
  const [form, setForm] = useState({ name: account?.name ?? "", title: account?.document.title ?? "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const put = async (entry: Account, body: Document) => got(await api.PUT("/api/v1/service-accounts/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));
  const save = useMutation({
    mutationFn: async () => {
      const { title: _, ...rest } = account?.document ?? { name: "" };
      const body: Document = { ...rest, name: form.name.trim(), ...(form.title.trim() === "" ? {} : { title: form.title.trim() }) };
      return account ? put(account, body) : got(await api.POST("/api/v1/service-accounts", { body }));
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/service-accounts/search"] });
      onClose();
      if (account === undefined) {
        toast(`${saved.name} was made`);
        void navigate({ to: `/service-accounts/${saved.id}`, search: true } as never);
        return;
      }
      onSaved?.();
      toast(`${saved.name} was changed`, {
        undo: async () => {
          await put(saved, account.document);
          onSaved?.();
        },
      });
    },
  });
  const isReady = form.name.trim() !== "";
  const run = () => isReady && !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            {account ? "Save" : "Create service account"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={account ? `Edit ${account.name}` : "New service account"}
    >
      <TextField autoFocus error={save.error?.at("/name")} help="Unique in this tenant. Audit events and assignments name it." label="Name" maxLength={128} mono onChange={(name) => set({ name })} placeholder="nightly-build" required value={form.name} />
      <TextField error={save.error?.at("/title")} help="What it is for." label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={form.title} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
