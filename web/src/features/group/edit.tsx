import { type Schema, api, got, ifMatch } from "../../api";
import { EditDialog, TextField, useEditing, useSaved } from "../../ui";

type Group = Schema<"StoredGroup">;

/** A stored group as it is sent back. */
export function asDocument({ name, provider, external_id }: Group): Schema<"Group"> {
  return { name, provider, ...(external_id ? { external_id } : {}) };
}

const put = async (entry: Group, body: Schema<"Group">) => got(await api.PUT("/api/v1/groups/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));

/** Makes a group, or changes what it is called. */
export function EditGroup({ group, onClose, onSaved }: { group?: Group; onClose: () => void; onSaved?: () => void }) {
  const saved = useSaved<Group>({ lists: ["/api/v1/groups/search"], to: ({ id }) => `/groups/${id}`, undo: (now, before) => put(now, asDocument(before)), onClose, onSaved });
  const form = useEditing({
    entry: group,
    fields: (entry) => ({ name: entry?.name ?? "", external_id: entry?.external_id ?? "" }),
    send: async (typed, entry) => {
      const body: Schema<"Group"> = { ...(entry ? asDocument(entry) : {}), name: typed.name.trim(), external_id: typed.external_id.trim() || null };
      return entry ? put(entry, body) : got(await api.POST("/api/v1/groups", { body }));
    },
    read: async ({ id }) => got(await api.GET("/api/v1/groups/{id}", { params: { path: { id } } })),
    onSaved: saved,
  });
  const { typed, set, at } = form;
  return (
    <EditDialog form={form} onClose={onClose} ready={typed.name.trim() !== ""} title={group ? `Edit ${group.name}` : "New group"} verb={group ? "Save" : "Create group"}>
      <TextField autoFocus error={at("/name")} help={group ? "A group that something is assigned to keeps its name." : "Unique in this tenant, whatever the case. Assignments call it so."} label="Name" maxLength={1024} onChange={(name) => set({ name })} required value={typed.name} />
      <TextField error={at("/external_id")} help="What another system calls it." label="External id" maxLength={1024} mono onChange={(external_id) => set({ external_id })} optional value={typed.external_id} />
    </EditDialog>
  );
}
