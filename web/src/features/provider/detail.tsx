import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, deleteStored, got, storedChanged, useAllowed, useMay, useMayWrite, useReadiness, useStored } from "../../api";
import { useParam } from "../../shell/root";
import { Address, ConfirmDialog, CopyAsCurl, ErrorState, IconButton, Id, Json, KeyValue, LinkButton, ManagedNotice, Menu, Origin, Page, Panel, SkeletonSplit, Split, Tabs, Time, toast } from "../../ui";
import { Directory } from "./directory";
import { ProviderHealth } from "./health";
import { Mapping } from "./mapping";
import { type Entry, type Provider, addressOf, productOf, signsIn } from "./products";
import { SignIn } from "./sign-in";

const CRUMBS = [["Providers", "/providers"]] as const;

/** A provider: how it is, what its claims become, how people sign in with it, and what it says of its directory. */
export function ProviderPage() {
  const id = useParam("id");
  const query = useStored<Entry>("/api/v1/providers", id);
  if (query.data) return <Known provider={query.data} />;
  return (
    <Page breadcrumbs={CRUMBS} title="Provider">
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonSplit />}
    </Page>
  );
}

function Known({ provider }: { provider: Provider }) {
  const [isDeleting, setIsDeleting] = useState(false);
  const may = useMayWrite("provider");
  const maySync = useAllowed("casemate.directory-sync.read") === true;
  const readiness = useReadiness();
  const entry = provider.document;
  const isOwn = provider.origin === "";
  const product = productOf(entry);
  const removal = may.delete && isOwn ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setIsDeleting(true) }] : [];
  return (
    <Page
      actions={
        <>
          {may.update && isOwn && (
            <LinkButton icon="edit" to={`/providers/${provider.id}/edit`}>
              Edit
            </LinkButton>
          )}
          {removal.length > 0 && <Menu entries={removal} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={CRUMBS}
      status={readiness.data && <ProviderHealth entry={entry} health={readiness.data.providers.find(({ name }) => name === provider.name)} />}
      title={provider.name}
    >
      <ManagedNotice origin={provider.origin} />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/providers/${provider.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Kind", product.title],
                [entry.type === undefined || entry.type === "openid" ? "Issuer" : "Endpoint", <Address key="address" value={addressOf(entry)} />],
                ["Audiences", entry.audiences?.length ? <code key="aud">{entry.audiences.join(", ")}</code> : undefined],
                ["Client id", entry.client_id ? <code key="client">{entry.client_id}</code> : undefined],
                ["Client secret", entry.client_secret ? "Set, and kept sealed" : undefined],
                ["Id", <Id key="id" value={provider.id} />],
                ["Managed by", <Origin key="origin" value={provider.origin} />],
                ["Created", <Time exact key="at" value={provider.created_at} />],
                ["Changed", <Time exact key="up" value={provider.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this provider"
          tabs={[
            ...(entry.type === "hook" ? [] : [{ id: "mapping", title: "Mapping", count: entry.mapping?.length ?? 0, content: () => <Mapping key={provider.id} provider={provider} /> }]),
            ...(signsIn(entry) ? [{ id: "sign-in", title: "Sign-in", content: () => <SignIn provider={provider} /> }] : []),
            ...(entry.ldap && maySync ? [{ id: "directory", title: "Directory", content: () => <Directory provider={provider} /> }] : []),
            { id: "configuration", title: "Configuration", content: () => <Panel title="As the API gives it"><Json label={`Configuration of ${provider.name}`} value={entry} /></Panel> },
          ]}
        />
      </Split>
      <DeleteProvider onClose={() => setIsDeleting(false)} open={isDeleting} provider={provider} />
    </Page>
  );
}

function DeleteProvider({ provider, open, onClose }: { provider: Provider; open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const lost = useQuery({
    queryKey: ["consequence", provider.id],
    enabled: open,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const count = async (permission: string, ask: () => Promise<{ data?: unknown }>) => (may(permission) ? (got(await ask()) as { items: unknown[] }).items.length : undefined);
      const [sessions, sources] = await Promise.all([
        count("casemate.session.list", () => api.POST("/api/v1/sessions/search", { body: { provider: provider.name, limit: 1000 }, signal })),
        count("casemate.source.list", () => api.POST("/api/v1/sources/search", { body: { filters: { provider: provider.name } }, signal })),
      ]);
      return { sessions, sources };
    },
  });
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>Its tokens are refused within a second, and nobody signs in with it any more.</li>
          {lost.isPending ? <li>Counting what ends with it…</li> : lost.data?.sessions !== undefined && <li>{lost.data.sessions >= 1000 ? "1,000 or more" : lost.data.sessions} open session{lost.data.sessions === 1 ? " ends" : "s end"}.</li>}
          {lost.data?.sources !== undefined && lost.data.sources > 0 && <li>{lost.data.sources} permission source{lost.data.sources === 1 ? " tells" : "s tell"} of its people.</li>}
          <li>Its secrets are forgotten. Users whom it vouched for stay, and count again where one of its name is made.</li>
        </ul>
      }
      onClose={onClose}
      onConfirm={() => deleteStored("/api/v1/providers", provider)}
      onDone={() => {
        void storedChanged(queries, "/api/v1/providers");
        toast(`${provider.name} was deleted`);
        void navigate({ to: "/providers", search: true } as never);
      }}
      open={open}
      title={`Delete ${provider.name}?`}
      typed={provider.name}
      verb="Delete provider"
    />
  );
}
