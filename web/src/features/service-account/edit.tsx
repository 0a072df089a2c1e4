import { type Schema, api, got, ifMatch } from "../../api";
import { EditDialog, TextField, useEditing, useSaved } from "../../ui";

type Account = Schema<"StoredServiceAccountEntry">;
type Document = Schema<"ServiceAccountEntry">;

const put = async (entry: Account, body: Document) => got(await api.PUT("/api/v1/service-accounts/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));

/** Makes a service account, or changes what it is called. */
export function EditServiceAccount({ account, onClose, onSaved }: { account?: Account; onClose: () => void; onSaved?: () => void }) {
  const saved = useSaved<Account>({ lists: ["/api/v1/service-accounts/search"], to: ({ id }) => `/service-accounts/${id}`, undo: (now, before) => put(now, before.document), onClose, onSaved });
  const form = useEditing({
    entry: account,
    fields: (entry) => ({ name: entry?.name ?? "", title: entry?.document.title ?? "" }),
    send: async (typed, entry) => {
      const { title: _, ...rest } = entry?.document ?? { name: "" };
      const body: Document = { ...rest, name: typed.name.trim(), ...(typed.title.trim() === "" ? {} : { title: typed.title.trim() }) };
      return entry ? put(entry, body) : got(await api.POST("/api/v1/service-accounts", { body }));
    },
    read: async ({ id }) => got(await api.GET("/api/v1/service-accounts/{id}", { params: { path: { id } } })),
    shows: ({ document }) => document,
    onSaved: saved,
  });
  const { typed, set, at } = form;
  return (
    <EditDialog form={form} onClose={onClose} ready={typed.name.trim() !== ""} title={account ? `Edit ${account.name}` : "New service account"} verb={account ? "Save" : "Create service account"}>
      <TextField autoFocus error={at("/name")} help="Unique in this tenant. Audit events and assignments name it." label="Name" maxLength={128} mono onChange={(name) => set({ name })} placeholder="nightly-build" required value={typed.name} />
      <TextField error={at("/title")} help="What it is for." label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={typed.title} />
    </EditDialog>
  );
}
