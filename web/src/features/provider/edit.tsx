import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useSave, useStored } from "../../api";
import { useParam } from "../../shell/root";
import { ErrorState, LinkButton, ManagedNotice, Page, Panel, SkeletonLines, toast } from "../../ui";
import { ProviderForm } from "./form";
import { type Entry, type Provider, productOf } from "./products";

/** Changes a provider as a whole. Its mapping of claims to groups has a page of its own. */
export function EditProviderPage() {
  const id = useParam("id");
  const query = useStored<Entry>("/api/v1/providers", id);
  const [opened, setOpened] = useState<Provider | undefined>();
  if (query.data && !opened) setOpened(query.data);
  if (opened) return <Editing provider={opened} />;
  return (
    <Page breadcrumbs={[["Providers", "/providers"]]} narrow title="Edit provider">
      {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Panel><SkeletonLines lines={10} /></Panel>}
    </Page>
  );
}

function Editing({ provider }: { provider: Provider }) {
  const navigate = useNavigate();
  const save = useSave<Entry>("/api/v1/providers", provider, (saved) => {
    toast(`${saved.name} was changed`);
    void navigate({ to: `/providers/${saved.id}`, search: true } as never);
  });
  return (
    <Page
      breadcrumbs={[
        ["Providers", "/providers"],
        [provider.name, `/providers/${provider.id}`],
      ]}
      narrow
      title={`Edit ${provider.name}`}
    >
      <ManagedNotice origin={provider.origin} />
      <ProviderForm
        cancel={<LinkButton to={`/providers/${provider.id}`}>Cancel</LinkButton>}
        initial={provider.document}
        save={save}
        product={productOf(provider.document)}
        verb="Save"
      />
    </Page>
  );
}
