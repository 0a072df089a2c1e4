import { useQuery } from "@tanstack/react-query";
import { type Schema, api, got, useMe } from "../../api";
import { Badge, type Column, EmptyState, ErrorState, Id, Json, KeyValue, Page, Panel, Split, Table, Time, fixedList } from "../../ui";

type Held = Schema<"HeldPermission">;

const COLUMNS: Column<Held>[] = [
  { id: "name", title: "Permission", width: "2fr", wrap: true, cell: ({ permission }) => <code>{String(permission["name"])}</code> },
  { id: "effect", title: "Effect", width: "100px", cell: ({ permission }) => (permission["deny"] === true ? <Badge icon="ban" tone="deny">Denies</Badge> : <Badge icon="check" tone="allow">Allows</Badge>) },
  { id: "origin", title: "Through", width: "1.4fr", wrap: true, cell: ({ origin }) => `${origin.kind} ${origin.name}` },
  { id: "until", title: "Ends", width: "110px", cell: ({ until }) => <Time none="No end" value={until} /> },
];

/** What RFC 8176 calls them, in words. */
const METHODS: Record<string, string> = { pwd: "Password", otp: "One-time code", hwk: "Passkey", swk: "Passkey", mfa: "Second factor", user: "Presence", pin: "PIN", fpt: "Fingerprint", face: "Face" };
const KINDS: Record<string, string> = { user: "User", service: "Service account", "api-key": "API key" };

/** Who Casemate takes whoever is signed in for, and by what: where a trial of a provider comes back to. */
export function WhoAmIPage() {
  const me = useMe();
  const held = useQuery({ queryKey: ["/api/v1/identity/permissions", "shown"], queryFn: async ({ signal }) => got(await api.GET("/api/v1/identity/permissions", { signal })) });
  const time = me.auth?.time;
  return (
    <Page description="What the provider said when you signed in, and what follows from it." title="Who you are">
      <Split
        aside={
          <Panel title="Identity">
            <KeyValue
              entries={[
                ["Provider", me.provider],
                ["Id", me.id && <Id key="id" value={me.id} />],
                ["Kind", KINDS[me.type] ?? me.type],
                ["Login", me.login],
                ["Name", me.display_name],
                ["Tenant", me.tenant],
                ["Groups", me.groups.length === 0 ? "None" : me.groups.join(", ")],
                ["Signed in by", me.auth?.amr?.map((word) => METHODS[word] ?? word).join(", ")],
                ["Signed in", time === undefined ? "The provider does not say" : <Time exact key="time" value={time} />],
              ]}
            />
          </Panel>
        }
      >
        <Panel title="Claims">
          {Object.keys(me.claims).length === 0 ? (
            <EmptyState compact icon="key" title="No claims">
              {me.provider === "casemate" ? "Accounts of Casemate's own carry none." : "The provider sent none that are kept."}
            </EmptyState>
          ) : (
            <Json label="Claims" value={me.claims} />
          )}
        </Panel>
        <Panel flush title="What you hold">
          {held.error ? (
            <ErrorState compact error={held.error} onRetry={() => void held.refetch()} />
          ) : (
            <Table
              bare
              columns={COLUMNS}
              empty={
                <EmptyState compact icon="shield" title="Nothing yet">
                  Signing in gives nothing by itself. Somebody has to assign a role to your id, your login, or one of your groups.
                </EmptyState>
              }
              label="Permissions"
              list={fixedList(held.data?.permissions as Held[] | undefined)}
              rowId={(one) => JSON.stringify([one.permission, one.origin, one.until])}
            />
          )}
        </Panel>
      </Split>
    </Page>
  );
}
