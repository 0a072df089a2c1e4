import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useOpened } from "../../api";
import { Button, Dialog, ErrorNotice, TextField, toast } from "../../ui";

type Group = Schema<"StoredGroup">;

/** A stored group as it is sent back. */
export function asDocument({ name, provider, external_id }: Group): Schema<"Group"> {
  return { name, provider, ...(external_id ? { external_id } : {}) };
}

/** Makes a group, or changes what it is called. */
export function EditGroup({ group: shown, onClose, onSaved }: { group?: Group; onClose: () => void; onSaved?: () => void }) {
  const group = useOpened(shown);
  const [form, setForm] = useState({ name: group?.name ?? "", external_id: group?.external_id ?? "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const put = async (entry: Group, body: Schema<"Group">) => got(await api.PUT("/api/v1/groups/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));
  const save = useMutation({
    mutationFn: async () => {
      const body: Schema<"Group"> = { ...(group ? asDocument(group) : {}), name: form.name.trim(), external_id: form.external_id.trim() || null };
      return group ? put(group, body) : got(await api.POST("/api/v1/groups", { body }));
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["/api/v1/groups/search"] });
      onClose();
      if (group === undefined) {
        toast(`${saved.name} was made`);
        void navigate({ to: `/groups/${saved.id}`, search: true } as never);
        return;
      }
      onSaved?.();
      toast(`${saved.name} was changed`, {
        undo: async () => {
          await put(saved, asDocument(group));
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
            {group ? "Save" : "Create group"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={group ? `Edit ${group.name}` : "New group"}
    >
      <TextField autoFocus error={save.error?.at("/name")} help={group ? "A group that something is assigned to keeps its name." : "Unique in this tenant, whatever the case. Assignments call it so."} label="Name" maxLength={1024} onChange={(name) => set({ name })} required value={form.name} />
      <TextField error={save.error?.at("/external_id")} help="What another system calls it." label="External id" maxLength={1024} mono onChange={(external_id) => set({ external_id })} optional value={form.external_id} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
