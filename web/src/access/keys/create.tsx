import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { Button, Dialog, ErrorNotice, JsonEditor, Select, Switch, TextField, parseJson } from "../../ui";
import { EndField, NO_MOMENT, inDays } from "../when";
import { readKeysAnew } from "./read";
import { ShowKey } from "./show";

/** For how long a key is made, where nothing else is chosen. */
const DAYS = "90";

/** Makes a key of a service account. */
export function CreateKey({ account, onClose }: { account: { id: string; name: string }; onClose: () => void }) {
  const [form, setForm] = useState({ title: "", networks: "", application: "" });
  const set = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const [until, setUntil] = useState<string | undefined>(() => inDays(DAYS));
  const [isNarrowed, setIsNarrowed] = useState(false);
  const [permissions, setPermissions] = useState('[\n  { "name": "notes.read" }\n]');
  const [made, setMade] = useState<Schema<"ApiKey"> | undefined>();
  const maySeeApplications = useAllowed("casemate.application.list") === true;
  const applications = useSearch("/api/v1/applications/search", { sort: "name" }, { enabled: maySeeApplications, limit: 1000 });
  const queries = useQueryClient();
  const narrowed = parseJson(permissions);
  const wrong = !isNarrowed ? undefined : (narrowed.error ?? (Array.isArray(narrowed.value) ? undefined : "It has to be a list: [ … ]"));
  const save = useMutation({
    gcTime: 0,
    mutationFn: async () => {
      const networks = form.networks.split(/[\s,]+/).filter(Boolean);
      const body: Schema<"ApiKeyRequest"> = {
        title: form.title.trim(),
        networks,
        ...(until ? { expires_at: until } : {}),
        ...(form.application === "" ? {} : { application: form.application }),
        ...(isNarrowed ? { permissions: narrowed.value as Record<string, unknown>[] } : {}),
      };
      return got(await api.POST("/api/v1/service-accounts/{id}/api-keys", { params: { path: { id: account.id } }, body }));
    },
    onSuccess: (key) => {
      setMade(key);
      save.reset();
      readKeysAnew(queries);
    },
  });
  const isReady = form.title.trim() !== "" && wrong === undefined && until !== NO_MOMENT;
  const run = () => isReady && !save.isPending && save.mutate();
  if (made) return <ShowKey onClose={onClose} title={`Key of ${account.name}`} value={made} />;
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            Create key
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`New API key of ${account.name}`}
    >
      <TextField autoFocus error={save.error?.at("/title")} help="Where it is used, so that somebody who finds it in a list knows." label="Title" maxLength={256} onChange={(title) => set({ title })} placeholder="deploy pipeline" required value={form.title} />
      <EndField days={DAYS} error={save.error?.at("/expires_at")} label="Expires" none="Never" onChange={setUntil} value={until} />
      <TextField
        error={save.error?.mistakes.find((mistake) => mistake.pointer.startsWith("/networks"))?.message}
        help="CIDR networks, one a line. From everywhere, where none is named."
        label="Networks"
        mono
        onChange={(networks) => set({ networks })}
        optional
        placeholder="192.0.2.0/24"
        rows={2}
        value={form.networks}
      />
      {maySeeApplications && applications.items.length > 0 && (
        <Select
          error={save.error?.at("/application")}
          help="A key that is bound to one asks about its names and reaches its resources alone."
          label="Application"
          onChange={(application) => set({ application: application === "any" ? "" : application })}
          options={[{ value: "any", label: "Not bound to one" }, ...applications.items.map((application) => ({ value: application.name, label: application.name }))]}
          value={form.application || "any"}
        />
      )}
      <Switch help="Never more than the account holds." onChange={setIsNarrowed} selected={isNarrowed}>
        It may do less than its account
      </Switch>
      {isNarrowed && <JsonEditor error={wrong ?? save.error?.mistakes.find((mistake) => mistake.pointer.startsWith("/permissions"))?.message} label="Permissions at most" onChange={setPermissions} rows={5} value={permissions} />}
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
