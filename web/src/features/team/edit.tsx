import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { RolesField } from "../../access/roles-field";
import { type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, Dialog, ErrorNotice, TextField, toast } from "../../ui";

type Team = Schema<"StoredTeamEntry">;
type Document = Schema<"TeamEntry">;

/** Makes a team, or changes which roles it is. */
export function EditTeam({ team: shown, onClose, onSaved }: { team?: Team; onClose: () => void; onSaved?: () => void }) {
  const team = useOpened(shown);
  const [form, setForm] = useState({ name: team?.name ?? "", title: team?.document.title ?? "", description: team?.document.description ?? "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const [roles, setRoles] = useState<string[]>(team?.document.roles ?? []);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const put = async (entry: Team, body: Document) => got(await api.PUT("/api/v1/teams/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));
  const save = useMutation({
    mutationFn: async () => {
      const text = (name: "title" | "description") => (form[name].trim() === "" ? {} : { [name]: form[name].trim() });
      const body: Document = { name: form.name.trim(), roles, ...text("title"), ...text("description") };
      return team ? put(team, body) : got(await api.POST("/api/v1/teams", { body }));
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/teams/search"] });
      onClose();
      if (team === undefined) {
        toast(`${saved.name} was made`);
        void navigate({ to: `/teams/${saved.id}`, search: true } as never);
        return;
      }
      onSaved?.();
      toast(`${saved.name} was changed`, {
        undo: async () => {
          await put(saved, team.document);
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
            {team ? "Save" : "Create team"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={team ? `Edit ${team.name}` : "New team"}
    >
      <TextField autoFocus error={save.error?.at("/name")} help={team ? "A team that is assigned keeps its name." : "What assignments call it."} label="Name" maxLength={128} mono onChange={(name) => set({ name })} required value={form.name} />
      <TextField error={save.error?.at("/title")} label="Title" maxLength={256} onChange={(title) => set({ title })} optional value={form.title} />
      <TextField error={save.error?.at("/description")} label="Description" maxLength={1024} onChange={(description) => set({ description })} optional rows={2} value={form.description} />
      <RolesField error={save.error?.mistakes.find((mistake) => mistake.pointer.startsWith("/roles"))?.message} label="Roles" onChange={setRoles} value={roles} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
