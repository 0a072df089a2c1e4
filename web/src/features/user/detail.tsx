import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Button, CopyAsCurl, ErrorState, IconButton, Id, Json, KeyValue, LinkButton, Menu, Page, Panel, SkeletonSplit, Split, Status, Tabs, Time, toast, useIsPage } from "../../ui";
import { UserAssigned } from "./assigned";
import { DeleteUser, SetActive } from "./danger";
import { EditUser } from "./edit";
import { History } from "./history";
import { Holds } from "./holds";
import { SignIns } from "./sign-ins";

type User = Schema<"StoredUser">;

/** The key of a user among what was read. */
export const userKey = (id: string) => ["/api/v1/users/{id}", id];

/** A user: who they are, what they hold, how they come in, and what changes made of them. */
export function UserPage() {
  const id = useParam("id");
  const query = useQuery({
    queryKey: userKey(id),
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id } }, signal })),
  });
  if (query.error && query.data === undefined) {
    return (
      <Page breadcrumbs={[["Users", "/users"]]} title="User">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  if (query.data === undefined) {
    return (
      <Page breadcrumbs={[["Users", "/users"]]} title="User">
        <SkeletonSplit />
      </Page>
    );
  }
  return <Known user={query.data} />;
}

function Known({ user }: { user: User }) {
  const [asks, setAsks] = useState<"edit" | "active" | "delete" | undefined>();
  const mayUpdate = useAllowed("casemate.user.update") === true;
  const mayDelete = useAllowed("casemate.user.delete") === true;
  const mayInvite = useAllowed("casemate.user.invite") === true;
  const maySeeHeld = useAllowed("casemate.permission.read") === true;
  const maySeeAssigned = useAllowed("casemate.access-review.list") === true;
  const timeline = `/audit/timeline#identity=${user.id}`;
  const isTimeline = useIsPage(timeline);
  const mayTrace = useAllowed("casemate.audit-event.list") === true && isTimeline;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const changed = () => {
    void queries.invalidateQueries({ queryKey: userKey(user.id) });
    void queries.invalidateQueries({ queryKey: ["/api/v1/users/search"] });
    void queries.invalidateQueries({ queryKey: ["/api/v1/users/{id}/versions/search"] });
  };
  const undo = async () => {
    const now = got(await api.GET("/api/v1/users/{id}", { params: { path: { id: user.id } } }));
    await api.PUT("/api/v1/users/{id}", { params: { path: { id: user.id }, header: ifMatch(now) }, body: asDocument({ ...now, active: user.active }) });
    changed();
  };
  const entries = [
    ...(mayUpdate ? [{ id: "active", label: user.active ? "Deactivate" : "Activate", icon: user.active ? ("ban" as const) : ("check" as const), onAction: () => setAsks("active") }] : []),
    ...(mayDelete ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsks("delete") }] : []),
  ];
  return (
    <Page
      actions={
        <>
          {mayTrace && (
            <LinkButton icon="history" to={timeline}>
              Timeline
            </LinkButton>
          )}
          {mayUpdate && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit
            </Button>
          )}
          {entries.length > 0 && <Menu entries={entries} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Users", "/users"]]}
      commands={[...(mayUpdate ? [{ title: `Edit ${user.login}`, icon: "edit" as const, run: () => setAsks("edit") }] : []), ...entries.map(({ label, icon, onAction }) => ({ title: `${label} ${user.login}`, icon, run: onAction }))]}
      status={<Status state={user.active ? "active" : "inactive"} />}
      title={user.display_name ?? user.login}
    >
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/users/${user.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={user.id} />],
                ["Login", user.login],
                ["E-mail", user.email],
                ["Provider", user.provider],
                user.subject !== user.id && ["Subject", user.subject && <Id key="subject" value={user.subject} />],
                ["External id", user.external_id],
                ["Managed by", <ManagedBy key="source" manager={user.source} />],
                ["Tenant", user.tenant],
                ["Last sign-in", <Time exact key="in" none="Never noted" value={user.signed_in_at} />],
                ["Created", <Time exact key="at" value={user.created_at} />],
                ["Changed", <Time exact key="up" value={user.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this user"
          tabs={[
            ...(maySeeHeld ? [{ id: "holds", title: "Permissions", content: () => <Holds id={user.id} /> }] : []),
            ...(maySeeAssigned ? [{ id: "assignments", title: "Assignments", content: () => <UserAssigned user={user} /> }] : []),
            { id: "sign-ins", title: "Sign-ins", content: () => <SignIns mayInvite={mayInvite} user={user} /> },
            { id: "attributes", title: "Attributes", content: () => <Attributes user={user} /> },
            { id: "history", title: "History", content: () => <History onRestored={changed} user={user} /> },
          ]}
        />
      </Split>
      {asks === "edit" && <EditUser onClose={() => setAsks(undefined)} onSaved={changed} user={user} />}
      <SetActive
        onClose={() => setAsks(undefined)}
        onDone={() => {
          changed();
          toast(user.active ? `${user.login} was deactivated` : `${user.login} was activated`, { undo });
        }}
        open={asks === "active"}
        user={user}
      />
      <DeleteUser
        onClose={() => setAsks(undefined)}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: ["/api/v1/users/search"] });
          toast(`${user.login} was deleted`);
          void navigate({ to: "/users", search: true } as never);
        }}
        open={asks === "delete"}
        user={user}
      />
    </Page>
  );
}

function Attributes({ user }: { user: User }) {
  const isEmpty = Object.keys(user.attributes).length === 0;
  return (
    <Panel title="What expressions see as claims">
      {isEmpty ? "They have no attributes here. Those of their tokens count." : <Json label={`Attributes of ${user.login}`} value={user.attributes} />}
    </Panel>
  );
}

/** A stored user as it is sent back: what the server says of itself is left out. */
export function asDocument(user: User): Schema<"User"> {
  const { login, provider, active, attributes, display_name, email, external_id } = user;
  return { login, provider, active, attributes, display_name, email, external_id };
}
