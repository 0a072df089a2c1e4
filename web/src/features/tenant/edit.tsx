import { type Schema, api, got, ifMatch, useSearch } from "../../api";
import { ComboBox, EditDialog, Notice, TextField, useEditing, useSaved } from "../../ui";

type Tenant = Schema<"StoredTenantEntry">;
type Document = Schema<"TenantEntry">;

const put = async (entry: Tenant, body: Document) => got(await api.PUT("/api/v1/tenants/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));

/** Makes a tenant, or changes its title and what it is a part of. */
export function EditTenant({ tenant, isFirst, onClose, onSaved }: { tenant?: Tenant; /** None is declared yet. */ isFirst?: boolean; onClose: () => void; onSaved?: () => void }) {
  const others = useSearch("/api/v1/tenants/search", { sort: "name" }, { limit: 1000 });
  const saved = useSaved<Tenant>({ lists: ["/api/v1/tenants/search", "/api/v1/tenants"], to: ({ id }) => `/tenants/${id}`, undo: (now, before) => put(now, before.document), onClose, onSaved });
  const form = useEditing({
    entry: tenant,
    fields: (entry) => ({ id: entry?.name ?? "", title: entry?.document.title ?? "", parent: entry?.document.parent ?? "" }),
    send: async (typed, entry) => {
      const text = (name: "title" | "parent") => (typed[name].trim() === "" ? {} : { [name]: typed[name].trim() });
      const body: Document = { id: typed.id.trim(), ...text("title"), ...text("parent") };
      return entry ? put(entry, body) : got(await api.POST("/api/v1/tenants", { body }));
    },
    read: async ({ id }) => got(await api.GET("/api/v1/tenants/{id}", { params: { path: { id } } })),
    shows: ({ document }) => document,
    onSaved: saved,
  });
  const { typed, set, at } = form;
  return (
    <EditDialog form={form} onClose={onClose} ready={typed.id.trim() !== ""} title={tenant ? `Edit ${tenant.name}` : "New tenant"} verb={tenant ? "Save" : "Create tenant"}>
      {isFirst && (
        <Notice kind="warn" title="It is the first that is declared">
          Until now every name was a tenant. From then on only declared ones are, and default: whoever asks in another is refused.
        </Notice>
      )}
      {tenant === undefined && <TextField autoFocus error={at("/id")} help="By which it is known everywhere, in tokens and headers too." label="Name" maxLength={128} mono onChange={(id) => set({ id })} placeholder="acme" required value={typed.id} />}
      <TextField autoFocus={tenant !== undefined} error={at("/title")} label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={typed.title} />
      <ComboBox
        error={at("/parent")}
        free
        help="For people and lists: it gives nobody any access."
        label="Part of"
        optional
        onChange={(parent) => set({ parent })}
        options={others.items.filter((other) => other.name !== typed.id).map((other) => ({ value: other.name, label: other.name, ...(other.document.title ? { help: other.document.title } : {}) }))}
        value={typed.parent}
      />
    </EditDialog>
  );
}
