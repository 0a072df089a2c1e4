import { RolesField } from "../../access/roles-field";
import { type Schema, api, got, ifMatch } from "../../api";
import { EditDialog, TextField, useEditing, useSaved } from "../../ui";

type Team = Schema<"StoredTeamEntry">;
type Document = Schema<"TeamEntry">;

const put = async (entry: Team, body: Document) => got(await api.PUT("/api/v1/teams/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));

/** Makes a team, or changes which roles it is. */
export function EditTeam({ team, onClose, onSaved }: { team?: Team; onClose: () => void; onSaved?: () => void }) {
  const saved = useSaved<Team>({ lists: ["/api/v1/teams/search"], to: ({ id }) => `/teams/${id}`, undo: (now, before) => put(now, before.document), onClose, onSaved });
  const form = useEditing({
    entry: team,
    fields: (entry) => ({ name: entry?.name ?? "", title: entry?.document.title ?? "", description: entry?.document.description ?? "", roles: entry?.document.roles ?? [] }),
    send: async (typed, entry) => {
      const text = (name: "title" | "description") => (typed[name].trim() === "" ? {} : { [name]: typed[name].trim() });
      const body: Document = { name: typed.name.trim(), roles: typed.roles, ...text("title"), ...text("description") };
      return entry ? put(entry, body) : got(await api.POST("/api/v1/teams", { body }));
    },
    read: async ({ id }) => got(await api.GET("/api/v1/teams/{id}", { params: { path: { id } } })),
    shows: ({ document }) => document,
    onSaved: saved,
  });
  const { typed, set, at } = form;
  return (
    <EditDialog form={form} onClose={onClose} ready={typed.name.trim() !== ""} title={team ? `Edit ${team.name}` : "New team"} verb={team ? "Save" : "Create team"}>
      <TextField autoFocus error={at("/name")} help={team ? "A team that is assigned keeps its name." : "What assignments call it."} label="Name" maxLength={128} mono onChange={(name) => set({ name })} required value={typed.name} />
      <TextField error={at("/title")} label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={typed.title} />
      <TextField error={at("/description")} label="Description" maxLength={1024} onChange={(description) => set({ description })} optional rows={2} value={typed.description} />
      <RolesField error={form.error?.mistakes.find((mistake) => mistake.pointer.startsWith("/roles"))?.message} label="Roles" onChange={(roles) => set({ roles })} value={typed.roles} />
    </EditDialog>
  );
}
