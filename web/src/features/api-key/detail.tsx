import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Actor } from "../../access/actor";
import { RevokeKey, RotateKey } from "../../access/keys/change";
import { KeyStatus, keyState } from "../../access/keys/state";
import { Loaded } from "../../access/loaded";
import { usePermissionColumns } from "../../access/permission-columns";
import { type Schema, api, got, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Button, CopyAsCurl, EmptyState, Id, KeyValue, Link, Notice, Page, Panel, Split, Stack, Table, Time, fixedList, useNow } from "../../ui";

type Key = Schema<"ApiKey">;

/** An API key: whose it is, what it may do, and how long. */
export function ApiKeyPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: ["/api/v1/api-keys/{id}", id], queryFn: async ({ signal }) => got(await api.GET("/api/v1/api-keys/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="API key" list={["API keys", "/api-keys"]} query={query}>
      {(key) => <Known value={key} />}
    </Loaded>
  );
}

function Known({ value }: { value: Key }) {
  const [asks, setAsks] = useState<"rotate" | "revoke" | undefined>();
  const queries = useQueryClient();
  const state = keyState(value, useNow());
  const isOver = state === "revoked" || state === "expired";
  const mayRotate = useAllowed("casemate.api-key.rotate") === true && !isOver;
  const mayRevoke = useAllowed("casemate.api-key.revoke") === true && state !== "revoked";
  const { name, effect, reach, only, isReading } = usePermissionColumns<Schema<"PermissionObject">>((permission) => permission);
  const close = () => {
    setAsks(undefined);
    void queries.invalidateQueries({ queryKey: ["/api/v1/api-keys/{id}", value.id] });
  };
  return (
    <Page
      actions={
        <>
          {mayRotate && (
            <Button icon="refresh" onPress={() => setAsks("rotate")}>
              Rotate
            </Button>
          )}
          {mayRevoke && (
            <Button icon="ban" kind="caution" onPress={() => setAsks("revoke")}>
              Revoke
            </Button>
          )}
        </>
      }
      breadcrumbs={[["API keys", "/api-keys"]]}
      commands={[
        ...(mayRotate ? [{ title: `Rotate ${value.title}`, icon: "refresh" as const, run: () => setAsks("rotate") }] : []),
        ...(mayRevoke ? [{ title: `Revoke ${value.title}`, icon: "ban" as const, run: () => setAsks("revoke") }] : []),
      ]}
      status={<KeyStatus value={value} />}
      title={value.title}
    >
      {state === "expiring" && (
        <Notice kind="warn" title="It ends soon">
          Rotate it, and put the new key in its place before then.
        </Notice>
      )}
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/api-keys/${value.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={value.id} whole />],
                ["Service account", <Actor actor={{ provider: "casemate", type: "service", id: value.account }} key="account" />],
                ["Tenant", value.tenant],
                ["Expires", <Time exact key="end" none="Never" value={value.expires_at} />],
                ["Last used", <Time exact key="used" none="Never noted" value={value.used_at} />],
                ["Created", <Time exact key="at" value={value.created_at} />],
                value.revoked_at != null && ["Revoked", <Time exact key="over" value={value.revoked_at} />],
                value.rotated_from != null && [
                  "In the place of",
                  <Link key="from" to={`/api-keys/${value.rotated_from}`}>
                    <code>{value.rotated_from}</code>
                  </Link>,
                ],
              ]}
            />
          </Panel>
        }
      >
        <Stack>
          <Panel flush={(value.permissions?.length ?? 0) > 0} title="What it may do, at most">
            {value.permissions ? (
              value.permissions.length === 0 ? (
                "Nothing: it is narrowed to no permission at all."
              ) : (
                <Table bare columns={[name, effect, reach, only]} empty={null} label="Permissions at most" list={fixedList(isReading ? undefined : (value.permissions as Schema<"PermissionObject">[]))} rowId={(permission) => JSON.stringify(permission)} />
              )
            ) : (
              <EmptyState compact icon="role" title="All that its service account may">
                It is not narrowed to permissions of its own.
              </EmptyState>
            )}
          </Panel>
          <Panel title="Where it may be used">
            <KeyValue
              entries={[
                ["Networks", value.networks.length === 0 ? "From everywhere" : value.networks.map((network) => <div key={network}><code>{network}</code></div>)],
                ["Application", value.application ? <code key="application">{value.application}</code> : "Not bound to one"],
              ]}
            />
          </Panel>
        </Stack>
      </Split>
      {asks === "rotate" && <RotateKey onClose={close} value={value} />}
      {asks === "revoke" && <RevokeKey onClose={close} value={value} />}
    </Page>
  );
}
