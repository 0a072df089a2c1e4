import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Assigned } from "../../access/assigned";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice, isByHand } from "../../access/managed";
import { type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Button, CopyAsCurl, IconButton, Id, KeyValue, Menu, Page, Panel, Split, Status, Tabs, Time, toast } from "../../ui";
import { DeleteServiceAccount, SetDisabled } from "./danger";
import { EditServiceAccount } from "./edit";
import { Keys } from "./keys";

type Account = Schema<"StoredServiceAccountEntry">;

/** The key of a service account among what was read. */
const accountKey = (id: string) => ["/api/v1/service-accounts/{id}", id];

const read = async (id: string, signal?: AbortSignal) => got(await api.GET("/api/v1/service-accounts/{id}", { params: { path: { id } }, ...(signal ? { signal } : {}) }));

/** A service account: its keys, and what it holds. */
export function ServiceAccountPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: accountKey(id), queryFn: ({ signal }) => read(id, signal) });
  return (
    <Loaded kind="Service account" list={["Service accounts", "/service-accounts"]} query={query}>
      {(account) => <Known account={account} />}
    </Loaded>
  );
}

function Known({ account }: { account: Account }) {
  const [asks, setAsks] = useState<"edit" | "disable" | "delete" | undefined>();
  const isOurs = isByHand(account.origin);
  const mayUpdate = useAllowed("casemate.service-account.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.service-account.delete") === true && isOurs;
  const maySeeKeys = useAllowed("casemate.api-key.list") === true;
  const maySeeAssignments = useAllowed("casemate.assignment.list") === true;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { disabled, title } = account.document;
  const readListAnew = () => void queries.invalidateQueries({ queryKey: ["/api/v1/service-accounts/search"] });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: accountKey(account.id) });
    readListAnew();
  };
  const undo = async () => {
    const now = await read(account.id);
    await api.PUT("/api/v1/service-accounts/{id}", { params: { path: { id: account.id }, header: ifMatch(now) }, body: { ...now.document, disabled: disabled ?? false } });
    changed();
  };
  const close = () => setAsks(undefined);
  const entries = [
    ...(mayUpdate ? [{ id: "disable", label: disabled ? "Enable" : "Disable", icon: disabled ? ("check" as const) : ("ban" as const), onAction: () => setAsks("disable") }] : []),
    ...(mayDelete ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsks("delete") }] : []),
  ];
  const tabs = [
    ...(maySeeKeys ? [{ id: "keys", title: "API keys", content: () => <Keys account={account} /> }] : []),
    ...(maySeeAssignments ? [{ id: "assignments", title: "Assignments", content: () => <Assigned filters={{ "to.id": account.id }} give={{ to: { provider: "casemate", type: "service", id: account.id } }} whom="this account" /> }] : []),
  ];
  return (
    <Page
      actions={
        <>
          {mayUpdate && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit
            </Button>
          )}
          {entries.length > 0 && <Menu entries={entries} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Service accounts", "/service-accounts"]]}
      commands={[...(mayUpdate ? [{ title: `Edit ${account.name}`, icon: "edit" as const, run: () => setAsks("edit") }] : []), ...entries.map(({ label, icon, onAction }) => ({ title: `${label} ${account.name}`, icon, run: onAction }))]}
      description={title ?? undefined}
      status={<Status state={disabled ? "disabled" : "active"} />}
      title={account.name}
    >
      <ManagedNotice manager={account.origin} what="service account" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/service-accounts/${account.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={account.id} />],
                ["Managed by", <ManagedBy key="origin" manager={account.origin} />],
                ["Tenant", account.tenant],
                ["Revision", account.revision],
                ["Created", <Time exact key="at" value={account.created_at} />],
                ["Changed", <Time exact key="up" value={account.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        {tabs.length > 0 && <Tabs label="About this service account" tabs={tabs} />}
      </Split>
      {asks === "edit" && <EditServiceAccount account={account} onClose={close} onSaved={changed} />}
      {asks === "disable" && (
        <SetDisabled
          account={account}
          onClose={close}
          onDone={() => {
            changed();
            toast(disabled ? `${account.name} was enabled` : `${account.name} was disabled`, { undo });
          }}
        />
      )}
      {asks === "delete" && (
        <DeleteServiceAccount
          account={account}
          onClose={close}
          onDone={() => {
            readListAnew();
            toast(`${account.name} was deleted`);
            void navigate({ to: "/service-accounts", search: true } as never);
          }}
        />
      )}
    </Page>
  );
}
