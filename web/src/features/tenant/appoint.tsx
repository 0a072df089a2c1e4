import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ShowKey } from "../../access/keys/show";
import { type Schema, api, got } from "../../api";
import { Button, Dialog, ErrorNotice, Select, TextField, toast } from "../../ui";

type Tenant = Schema<"StoredTenantEntry">;

const KINDS = [
  { value: "login", label: "Somebody, by login", help: "The name that they log in with" },
  { value: "user", label: "Somebody, by id", help: "What the provider calls them in its tokens" },
  { value: "service", label: "A new service account", help: "Its API key is shown this once" },
];

/** Makes somebody an administrator of a tenant. */
export function Appoint({ tenant, onClose, onDone }: { tenant: Tenant; onClose: () => void; onDone: () => void }) {
  const [kind, setKind] = useState("login");
  const [form, setForm] = useState({ provider: "casemate", name: "" });
  const [made, setMade] = useState<Schema<"ApiKey"> | undefined>();
  const save = useMutation({
    gcTime: 0,
    mutationFn: async () => {
      const name = form.name.trim();
      const provider = form.provider.trim();
      const administrator: Schema<"Who"> = kind === "service" ? { service_account: { name } } : kind === "user" ? { user: { provider, id: name, type: "user" } } : { login: { provider, login: name, type: "user" } };
      return got(await api.POST("/api/v1/tenants/{id}/administrators", { params: { path: { id: tenant.id } }, body: { administrator } }));
    },
    onSuccess: ({ api_key }) => {
      onDone();
      if (api_key) setMade(api_key);
      else {
        onClose();
        toast(`${form.name.trim()} administers ${tenant.name}`);
      }
      save.reset();
    },
  });
  const isReady = form.name.trim() !== "" && (kind === "service" || form.provider.trim() !== "");
  const run = () => isReady && !save.isPending && save.mutate();
  if (made) return <ShowKey onClose={onClose} title={`Key of ${form.name.trim()}`} value={made} />;
  const pointer = kind === "service" ? "/administrator/service_account/name" : kind === "user" ? "/administrator/user/id" : "/administrator/login/login";
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            Appoint
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`Appoint an administrator of ${tenant.name}`}
    >
      <p>They may do everything in {tenant.name}, and nothing by it in other tenants.</p>
      <Select label="Who" onChange={setKind} options={KINDS} value={kind} />
      {kind !== "service" && <TextField help="casemate, for accounts of Casemate's own." label="Provider" maxLength={256} onChange={(provider) => setForm({ ...form, provider })} required value={form.provider} />}
      <TextField error={save.error?.at(pointer)} label={kind === "service" ? "Name of the service account" : kind === "user" ? "Id at the provider" : "Login"} maxLength={1024} onChange={(name) => setForm({ ...form, name })} required value={form.name} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
