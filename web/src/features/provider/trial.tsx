import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useMe } from "../../api";
import { Badge, Button, type Column, CopyAsCurl, EmptyState, ErrorNotice, JsonEditor, KeyValue, Notice, Panel, Stack, Table, fixedList } from "../../ui";
import { claimsOf } from "./pasted";
import type { Provider } from "./products";
import styles from "./provider.module.css";

type RuleTrial = Schema<"RuleTrial">;
type RoleTrial = Schema<"RoleTrial">;

const EXAMPLE = JSON.stringify({ sub: "ada", preferred_username: "ada@example.com", groups: ["staff"], department: "finance", level: 3 }, null, 2);

const OUTCOMES: Record<string, { word: string; tone: "allow" | "neutral" | "warn" | "deny"; icon: "check" | "x" | "info" | "alert" }> = {
  in: { word: "In", tone: "allow", icon: "check" },
  not_in: { word: "Not in", tone: "neutral", icon: "x" },
  claim_missing: { word: "Claim missing", tone: "warn", icon: "info" },
  failed: { word: "Failed", tone: "deny", icon: "alert" },
};

const RULES: Column<RuleTrial>[] = [
  {
    id: "outcome",
    title: "Outcome",
    width: "128px",
    cell: ({ outcome }) => {
      const said = OUTCOMES[outcome];
      return said ? <Badge icon={said.icon} tone={said.tone}>{said.word}</Badge> : outcome;
    },
  },
  { id: "when", title: "When", width: "2fr", wrap: true, cell: ({ when }) => <code>{when}</code> },
  { id: "groups", title: "Groups", width: "1fr", wrap: true, cell: ({ groups }) => groups.join(", ") },
  { id: "problem", title: "Why", width: "1.2fr", wrap: true, cell: ({ outcome, problem }) => (outcome === "claim_missing" ? `There is no claim ${problem ?? ""}` : (problem ?? "")) },
];

const ROLES: Column<RoleTrial>[] = [
  { id: "role", title: "Role", cell: ({ role }) => role },
  { id: "tenant", title: "Of tenant", cell: ({ of_tenant }) => of_tenant },
  { id: "via", title: "Through", width: "1.5fr", cell: ({ via }) => via ?? "Assigned to them" },
];

/** What claims would make of somebody: identity, groups, roles, and which rules fail. */
export function Trial({ provider, isUnsaved }: { provider: Provider; isUnsaved: boolean }) {
  const me = useMe();
  const [text, setText] = useState(EXAMPLE);
  const pasted = claimsOf(text);
  const isOwn = me.provider === provider.name;
  const trial = useMutation({
    mutationFn: async (claims: Record<string, unknown>) => got(await api.POST("/api/v1/providers/{id}/mapping/try", { params: { path: { id: provider.id } }, body: { claims } })),
  });
  const run = () => {
    if (pasted.error === undefined) trial.mutate(pasted.claims);
  };
  return (
    <Panel
      actions={
        <>
          {pasted.error === undefined && <CopyAsCurl body={{ claims: pasted.claims }} method="POST" path={`/api/v1/providers/${provider.id}/mapping/try`} />}
          {isOwn && (
            <Button onPress={() => setText(JSON.stringify({ sub: me.id, ...me.claims }, null, 2))} small>
              Use mine
            </Button>
          )}
          <Button disabled={pasted.error !== undefined} icon="play" kind="primary" onPress={run} pending={trial.isPending} small>
            Try
          </Button>
        </>
      }
      title="Try claims"
    >
      <Stack>
        <div>Paste claims as JSON, or a whole token: its payload is read in this browser, and only the claims are sent. Nobody is made or signed in.</div>
        {isUnsaved && <Notice kind="warn">The rules that are saved are tried, without your changes.</Notice>}
        <JsonEditor error={text.trim() === "" ? undefined : pasted.error} label="Claims" onChange={setText} rows={6} value={text} />
        {pasted.error === undefined && pasted.isToken && (
          <div>
            <Button onPress={() => setText(JSON.stringify(pasted.claims, null, 2))} small>
              Show the claims of this token
            </Button>
          </div>
        )}
        <ErrorNotice error={trial.error} onRetry={run} />
        {trial.data && <Outcome trial={trial.data} />}
      </Stack>
    </Panel>
  );
}

function Outcome({ trial }: { trial: Schema<"MappingTrial"> }) {
  const failed = trial.rules.filter(({ outcome }) => outcome === "failed");
  return (
    <Stack>
      {failed.length > 0 && (
        <Notice kind="deny" title="They may do nothing">
          {failed.length === 1 ? "A rule fails" : `${failed.length} rules fail`} on these claims. Until the rule or the claim is another, whoever has them is refused everything.
        </Notice>
      )}
      <h3 className={styles.part}>Who they would be</h3>
      <KeyValue
        entries={[
          ["Id", <code key="id">{trial.id}</code>],
          ["Kind", trial.type],
          ["Login", trial.login],
          ["Tenant", trial.tenant],
          ["Groups", trial.groups.length === 0 ? "None" : trial.groups.join(", ")],
        ]}
      />
      {trial.rules.length > 0 && <h3 className={styles.part}>Rules</h3>}
      {trial.rules.length > 0 && <div className={styles.tried}><Table bare columns={RULES} empty={null} label="Rules on these claims" list={fixedList(trial.rules)} rowId={({ when, groups }) => when + groups.join()} /></div>}
      <h3 className={styles.part}>Roles</h3>
      <div className={styles.tried}>
      <Table
        bare
        columns={ROLES}
        empty={
          <EmptyState compact icon="role" title="No roles">
            Nothing is assigned to them or to their groups: they may do nothing.
          </EmptyState>
        }
        label="Roles that would be theirs"
        list={fixedList(trial.roles)}
        rowId={({ role, of_tenant, via }) => role + of_tenant + (via ?? "")}
      />
      </div>
    </Stack>
  );
}
