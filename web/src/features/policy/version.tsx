import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Actor, Badge, Button, CopyAsCurl, Diff, EmptyState, ErrorState, Id, KeyValue, Link, LinkButton, Page, Panel, SkeletonLines, Split, Stack, Time } from "../../ui";
import { Impact } from "./impact";
import { Revert } from "./revert";
import { kindName, objectName, summaryText } from "./words";

const CRUMBS = [["Policy", "/policy"]] as const;

/** What a change made of each object, who made it, and going back to it. */
export function PolicyVersionPage() {
  const revision = Number(useParam("revision"));
  const [isReverting, setIsReverting] = useState(false);
  const mayRevert = useAllowed("casemate.policy.revert") === true;
  const mayImpact = useAllowed("casemate.policy.impact") === true;
  const query = useQuery({
    queryKey: ["/api/v1/policy/versions/{revision}", revision],
    enabled: Number.isInteger(revision),
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/policy/versions/{revision}", { params: { path: { revision } }, signal })),
  });
  const detail = query.data;
  return (
    <Page
      actions={
        detail && (
          <>
            <LinkButton icon="code" to={`/policy/diff#from=${revision}`}>
              Compare with now
            </LinkButton>
            {mayRevert && (
              <Button icon="undo" onPress={() => setIsReverting(true)}>
                Set back to this
              </Button>
            )}
          </>
        )
      }
      breadcrumbs={CRUMBS}
      commands={mayRevert && detail ? [{ title: `Set the configuration back to revision ${revision}`, icon: "undo", run: () => setIsReverting(true) }] : []}
      title={`Revision ${Number.isInteger(revision) ? revision : ""}`}
    >
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <Panel>
          <SkeletonLines lines={8} />
        </Panel>
      )}
      {detail && (
        <Split
          aside={
            <Panel actions={<CopyAsCurl path={`/api/v1/policy/versions/${revision}`} />} title="Details">
              <KeyValue
                entries={[
                  ["What", summaryText(detail.version.summary)],
                  ["By", <Actor id={detail.version.actor.id} key="by" type={detail.version.actor.type} />],
                  ["When", <Time exact key="at" value={detail.version.at} />],
                  ["Objects", detail.version.objects],
                  ["Users and groups", detail.version.people],
                  ["Why", <Link key="why" to={`/audit/events#search=${encodeURIComponent(aroundThen(detail.version))}&scope=everywhere`}>In the audit trail</Link>],
                ]}
              />
            </Panel>
          }
        >
          <Stack>
            {detail.edits.map((edit) => (
              <Edit edit={edit} key={edit.kind + edit.id} />
            ))}
            {detail.people.length > 0 && (
              <Panel title="Users and groups">
                <Stack>
                  {detail.people.map((one) => (
                    <div key={one.kind + one.id}>
                      {one.verb} {one.kind} <Link to={`/${one.kind}s/${one.id}#tab=history`}>{one.id}</Link>
                    </div>
                  ))}
                </Stack>
              </Panel>
            )}
            {detail.edits.length === 0 && detail.people.length === 0 && <EmptyState icon="history" title="Nothing that may be shown" />}
            {mayImpact && <Impact revision={revision} />}
          </Stack>
        </Split>
      )}
      <Revert onClose={() => setIsReverting(false)} open={isReverting} revision={revision} />
    </Page>
  );
}

/** A search of the audit trail for what its author did in that second: the reason that was given stands there. */
function aroundThen({ actor, at }: Schema<"PolicyVersion">): string {
  const second = Math.floor(Date.parse(at) / 1000) * 1000;
  return `actor:${actor.id} since:${new Date(second).toISOString()} until:${new Date(second + 1000).toISOString()}`;
}

/** `Audit sink siem`. */
function titleOf(kind: string, name: string): string {
  const title = `${kindName(kind)} ${objectName(kind, name)}`;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function Edit({ edit }: { edit: Schema<"PolicyEdit"> }) {
  const object = edit.after ?? edit.before;
  const verb = !edit.before ? "Created" : !edit.after ? "Deleted" : "Changed";
  return (
    <Panel
      title={
        <>
          {titleOf(edit.kind, object?.name ?? "")} <Badge tone={verb === "Deleted" ? "deny" : verb === "Created" ? "allow" : "neutral"}>{verb}</Badge>
        </>
      }
    >
      <Stack>
        <Id value={edit.id} />
        <Diff after={edit.after?.document} before={edit.before?.document} label={`What became of the ${kindName(edit.kind)} ${objectName(edit.kind, object?.name ?? "")}`} />
      </Stack>
    </Panel>
  );
}
