import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useOpened, useSearch } from "../../api";
import { Button, ComboBox, Dialog, ErrorNotice, Notice, TextField, toast } from "../../ui";

type Tenant = Schema<"StoredTenantEntry">;
type Document = Schema<"TenantEntry">;

/** Makes a tenant, or changes its title and what it is a part of. */
export function EditTenant({ tenant: shown, isFirst, onClose, onSaved }: { tenant?: Tenant; /** None is declared yet. */ isFirst?: boolean; onClose: () => void; onSaved?: () => void }) {
  const tenant = useOpened(shown);
  const [form, setForm] = useState({ id: tenant?.name ?? "", title: tenant?.document.title ?? "", parent: tenant?.document.parent ?? "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const others = useSearch("/api/v1/tenants/search", { sort: "name" }, { limit: 1000 });
  const put = async (entry: Tenant, body: Document) => got(await api.PUT("/api/v1/tenants/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));
  const save = useMutation({
    mutationFn: async () => {
      const body: Document = { id: form.id.trim(), ...(form.title.trim() === "" ? {} : { title: form.title.trim() }), ...(form.parent.trim() === "" ? {} : { parent: form.parent.trim() }) };
      return tenant ? put(tenant, body) : got(await api.POST("/api/v1/tenants", { body }));
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/tenants/search"] });
      void queries.invalidateQueries({ queryKey: ["/api/v1/tenants"] });
      onClose();
      if (tenant === undefined) {
        toast(`${saved.name} was made`);
        void navigate({ to: `/tenants/${saved.id}`, search: true } as never);
        return;
      }
      onSaved?.();
      toast(`${saved.name} was changed`, {
        undo: async () => {
          await put(saved, tenant.document);
          onSaved?.();
        },
      });
    },
  });
  const isReady = form.id.trim() !== "";
  const run = () => isReady && !save.isPending && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            {tenant ? "Save" : "Create tenant"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={tenant ? `Edit ${tenant.name}` : "New tenant"}
    >
      {isFirst && (
        <Notice kind="warn" title="It is the first that is declared">
          Until now every name was a tenant. From then on only declared ones are, and default: whoever asks in another is refused.
        </Notice>
      )}
      {tenant === undefined && <TextField autoFocus error={save.error?.at("/id")} help="By which it is known everywhere, in tokens and headers too." label="Name" maxLength={128} mono onChange={(id) => set({ id })} placeholder="acme" required value={form.id} />}
      <TextField autoFocus={tenant !== undefined} error={save.error?.at("/title")} label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={form.title} />
      <ComboBox
        error={save.error?.at("/parent")}
        free
        help="For people and lists: it gives nobody any access."
        label="Part of (optional)"
        onChange={(parent) => set({ parent })}
        options={others.items.filter((other) => other.name !== form.id).map((other) => ({ value: other.name, label: other.name, ...(other.document.title ? { help: other.document.title } : {}) }))}
        value={form.parent}
      />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
