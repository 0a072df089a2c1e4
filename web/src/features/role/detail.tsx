import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { countedOf, gathered } from "../../access/count";
import { ManagedBy } from "../../access/managed";
import { api, got, ifMatch, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { TimelineLink } from "../../shell/timeline-link";
import { Button, ConfirmDialog, CopyAsCurl, ErrorState, IconButton, Id, Json, KeyValue, Link, Menu, Notice, Page, Panel, SkeletonSplit, Split, Tabs, Time, toast, useKey } from "../../ui";
import { History } from "./history";
import { Holders } from "./holders";
import { Permissions } from "./permissions";
import { type Role, READ_ANEW, roleQuery, roleSearch } from "./role";

/** A role: what it grants, what it extends, who holds it, and what changes made of it. */
export function RolePage() {
  const query = useQuery(roleQuery(useParam("id")));
  if (query.data) return <Known role={query.data} />;
  return (
    <Page breadcrumbs={[["Roles", "/roles"]]} title="Role">
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonSplit />
      )}
    </Page>
  );
}

function Known({ role }: { role: Role }) {
  const [isDeleting, setIsDeleting] = useState(false);
  const isOurs = role.origin === "";
  const mayUpdate = useAllowed("casemate.role.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.role.delete") === true && isOurs;
  const mayCreate = useAllowed("casemate.role.create") === true;
  const maySeeHolders = useAllowed("casemate.access-review.list") === true;
  const maySeeHistory = useAllowed("casemate.policy.list") === true;
  const navigate = useNavigate();
  const go = (to: string) => void navigate({ to, search: true } as never);
  const edit = () => mayUpdate && go(`/roles/${role.id}/edit`);
  useKey("e", edit);
  const entries = [
    ...(mayCreate ? [{ id: "copy", label: "Duplicate", icon: "copy" as const, onAction: () => go(`/roles/new#from=${role.id}`) }] : []),
    ...(mayDelete ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setIsDeleting(true) }] : []),
  ];
  const copy = () => void navigate({ to: "/roles/new", search: true, hash: `from=${role.id}` } as never);
  const shown = entries.map((entry) => (entry.id === "copy" ? { ...entry, onAction: copy } : entry));
  return (
    <Page
      actions={
        <>
          <TimelineLink id={role.id} type="role" />
          {mayUpdate && (
            <Button icon="edit" onPress={edit}>
              Edit
            </Button>
          )}
          {shown.length > 0 && <Menu entries={shown} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Roles", "/roles"]]}
      commands={[...(mayUpdate ? [{ title: `Edit ${role.name}`, icon: "edit" as const, run: edit }] : []), ...shown.map(({ label, icon, onAction }) => ({ title: `${label} ${role.name}`, icon, run: onAction }))]}
      description={role.document.description ?? role.document.title}
      status={!isOurs && <ManagedBy manager={role.origin} />}
      title={role.name}
    >
      {!isOurs && role.origin !== "built-in" && <Notice title="Managed by code">It was applied from “{role.origin}”, and is changed there.</Notice>}
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/roles/${role.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={role.id} />],
                role.document.description !== undefined && role.document.description !== null && ["Title", role.document.title],
                [
                  "Extends",
                  (role.document.extends ?? []).length > 0 &&
                    role.document.extends?.map((name, index) => (
                      <span key={name}>
                        {index > 0 && ", "}
                        <Link to={roleSearch(name)}>{name}</Link>
                      </span>
                    )),
                ].filter((part) => part !== false) as [string, React.ReactNode],
                ["Managed by", <ManagedBy key="origin" manager={role.origin} />],
                ["Tenant", role.tenant],
                ["Revision", role.revision],
                ["Created", <Time exact key="at" none="With Casemate" value={role.origin === "built-in" ? undefined : role.created_at} />],
                ["Changed", <Time exact key="up" none="With Casemate" value={role.origin === "built-in" ? undefined : role.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this role"
          tabs={[
            { id: "permissions", title: "Permissions", content: () => <Permissions role={role} /> },
            ...(maySeeHolders ? [{ id: "holders", title: "Who holds it", content: () => <Holders role={role} /> }] : []),
            ...(maySeeHistory ? [{ id: "history", title: "History", content: () => <History role={role} /> }] : []),
            {
              id: "json",
              title: "JSON",
              content: () => (
                <Panel title="Document">
                  <Json label={`Document of ${role.name}`} value={role.document} />
                </Panel>
              ),
            },
          ]}
        />
      </Split>
      <DeleteRole onClose={() => setIsDeleting(false)} onGone={() => go("/roles")} open={isDeleting} role={role} />
    </Page>
  );
}

function DeleteRole({ role, open, onClose, onGone }: { role: Role; open: boolean; onClose: () => void; onGone: () => void }) {
  const queries = useQueryClient();
  const maySee = useAllowed("casemate.access-review.list") === true;
  const held = useQuery({
    queryKey: ["consequence", role.id],
    enabled: open && maySee,
    gcTime: 0,
    staleTime: 0,
    queryFn: ({ signal }) => gathered(1000, async (after) => got(await api.POST("/api/v1/access-review/search", { body: { role: role.name, limit: 1000, ...(after === undefined ? {} : { after }) }, signal }))),
  });
  return (
    <ConfirmDialog
      consequence={
        maySee &&
        (held.error
          ? "Who holds it cannot be counted. What is assigned or extended is not deleted."
          : held.data === undefined
          ? "Counting who holds it…"
          : held.data.items.length === 0
            ? held.data.isAll
              ? "Nobody holds it."
              : "Who holds it was not counted to the end. What is assigned or extended is not deleted."
            : `It is held ${countedOf(held.data, "time")}, counting members of groups. What is assigned or extended cannot be deleted: end its assignments first.`)
      }
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/roles/{id}", { params: { path: { id: role.id }, header: ifMatch(role) } })}
      onDone={() => {
        for (const key of READ_ANEW) void queries.invalidateQueries({ queryKey: [key] });
        toast(`${role.name} was deleted`, {
          undo: async () => {
            await api.POST("/api/v1/roles", { body: role.document });
            void queries.invalidateQueries({ queryKey: ["/api/v1/roles/search"] });
          },
        });
        onGone();
      }}
      open={open}
      title={`Delete ${role.name}?`}
      typed={role.name}
      verb="Delete role"
    >
      Its versions stay in the policy’s history.
    </ConfirmDialog>
  );
}
