import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { AssignmentStatus } from "../../access/assignment-state";
import { Holder } from "../../access/holder";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice, isByHand } from "../../access/managed";
import { type Schema, api, got, ifMatch, useAllowed, useSearch } from "../../api";
import { mayDo } from "../../api/patterns";
import { useParam } from "../../shell/root";
import { Button, type Column, ConfirmDialog, CopyAsCurl, EmptyState, IconButton, Id, KeyValue, Link, Menu, Page, Panel, Split, Stack, Table, Time, fixedList, toast } from "../../ui";
import { Appoint } from "./appoint";
import { EditTenant } from "./edit";

type Tenant = Schema<"StoredTenantEntry">;
type Assignment = Schema<"StoredAssignmentEntry">;

/** The key of a tenant among what was read. */
const tenantKey = (id: string) => ["/api/v1/tenants/{id}", id];

/** A tenant: who administers it, and what is a part of it. */
export function TenantPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: tenantKey(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/tenants/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="Tenant" list={["Tenants", "/tenants"]} query={query}>
      {(tenant) => <Known tenant={tenant} />}
    </Loaded>
  );
}

function Known({ tenant }: { tenant: Tenant }) {
  const [asks, setAsks] = useState<"edit" | "delete" | "appoint" | undefined>();
  const isOurs = isByHand(tenant.origin);
  const mayUpdate = useAllowed("casemate.tenant.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.tenant.delete") === true && isOurs;
  const mayAppoint = useAllowed("casemate.tenant.appoint") === true;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { title, parent } = tenant.document;
  const readListAnew = () => {
    void queries.invalidateQueries({ queryKey: ["/api/v1/tenants/search"] });
    void queries.invalidateQueries({ queryKey: ["/api/v1/tenants"] });
  };
  const close = () => setAsks(undefined);
  // Everything that was read was read in another tenant: begin anew.
  const open = () => location.assign(`/console/?tenant=${encodeURIComponent(tenant.name)}`);
  return (
    <Page
      actions={
        <>
          <Button icon="arrowRight" onPress={open}>
            Open this tenant
          </Button>
          {mayUpdate && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit
            </Button>
          )}
          {mayDelete && <Menu entries={[{ id: "delete", label: "Delete", icon: "trash", danger: true, onAction: () => setAsks("delete") }]} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Tenants", "/tenants"]]}
      commands={[
        { title: `Open ${tenant.name}`, icon: "building", run: open },
        ...(mayAppoint ? [{ title: "Appoint an administrator", icon: "plus" as const, run: () => setAsks("appoint") }] : []),
        ...(mayUpdate ? [{ title: `Edit ${tenant.name}`, icon: "edit" as const, run: () => setAsks("edit") }] : []),
      ]}
      description={title ?? undefined}
      title={tenant.name}
    >
      <ManagedNotice manager={tenant.origin} what="tenant" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/tenants/${tenant.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={tenant.id} />],
                parent != null && ["Part of", <Link key="parent" to={`/tenants#search=${encodeURIComponent(parent)}`}>{parent}</Link>],
                ["Managed by", <ManagedBy key="origin" manager={tenant.origin} />],
                ["Revision", tenant.revision],
                ["Created", <Time exact key="at" value={tenant.created_at} />],
                ["Changed", <Time exact key="up" value={tenant.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Stack>
          <Administrators onAppoint={mayAppoint ? () => setAsks("appoint") : undefined} tenant={tenant} />
          <Parts tenant={tenant} />
        </Stack>
      </Split>
      {asks === "edit" && <EditTenant onClose={close} onSaved={() => void queries.invalidateQueries({ queryKey: tenantKey(tenant.id) })} tenant={tenant} />}
      {asks === "appoint" && <Appoint onClose={close} onDone={() => void queries.invalidateQueries({ queryKey: ["administrators", tenant.name] })} tenant={tenant} />}
      <ConfirmDialog
        consequence="Whoever asks in it is refused from then on."
        onClose={close}
        onConfirm={() => api.DELETE("/api/v1/tenants/{id}", { params: { path: { id: tenant.id }, header: ifMatch(tenant) } })}
        onDone={() => {
          readListAnew();
          toast(`${tenant.name} was deleted`, {
            undo: async () => {
              await api.POST("/api/v1/tenants", { body: tenant.document });
              readListAnew();
            },
          });
          void navigate({ to: "/tenants", search: true } as never);
        }}
        open={asks === "delete"}
        title={`Delete ${tenant.name}?`}
        typed={tenant.name}
        verb="Delete tenant"
      >
        One that has roles, people, assignments or resources of its own is not deleted: those go first.
      </ConfirmDialog>
    </Page>
  );
}

const ADMINISTRATORS: Column<Assignment>[] = [
  { id: "holder", title: "Holder", width: "2fr", cell: (one) => <Holder to={one.document.to} /> },
  { id: "state", title: "State", corner: true, width: "110px", cell: (one) => <AssignmentStatus document={one.document} /> },
  { id: "until", title: "Ends", width: "120px", cell: (one) => <Time none="No end" value={one.document.until} /> },
  { id: "at", title: "Given", width: "120px", cell: (one) => <Time value={one.granted?.at ?? one.created_at} /> },
];

/** Who administers a tenant, as far as whoever asks may see what is assigned there. */
function Administrators({ tenant, onAppoint }: { tenant: Tenant; onAppoint: (() => void) | undefined }) {
  // Permissions count in the tenant that they are assigned in: whether the caller may list there is asked first.
  const query = useQuery({
    queryKey: ["administrators", tenant.name],
    queryFn: async ({ signal }) => {
      const header = { "Casemate-Tenant": tenant.name };
      const { permissions } = got(await api.GET("/api/v1/identity/permissions", { params: { header }, signal }));
      if (!mayDo(permissions, "casemate.assignment.list", Date.now())) return null;
      return got(await api.POST("/api/v1/assignments/search", { params: { header }, body: { filters: { role: "administrator" }, limit: 1000 }, signal })).items;
    },
  });
  const button = onAppoint && (
    <Button icon="plus" onPress={onAppoint} small>
      Appoint
    </Button>
  );
  const isHidden = query.data === null;
  return (
    <Panel actions={button} flush={!isHidden} title="Administrators">
      {isHidden ? (
        <EmptyState compact icon="lock" title="Not shown from here">
          Who administers it is shown only to people with access to it.{onAppoint && " You can appoint an administrator all the same."}
        </EmptyState>
      ) : (
        <Table
          bare
          columns={ADMINISTRATORS}
          empty={
            <EmptyState compact icon="role" title="Nobody administers it">
              Appoint somebody: they make roles, people and assignments in it.
            </EmptyState>
          }
          label="Administrators"
          list={fixedList(query.data ?? undefined, { error: query.error, retry: () => void query.refetch() })}
          rowId={(one) => one.id}
        />
      )}
    </Panel>
  );
}

const PARTS: Column<Tenant>[] = [
  { id: "name", title: "Name", cell: (tenant) => <Link to={`/tenants/${tenant.id}`}>{tenant.name}</Link> },
  { id: "title", title: "Title", cell: (tenant) => tenant.document.title ?? "" },
];

/** Tenants that are a part of this one. */
function Parts({ tenant }: { tenant: Tenant }) {
  const list = useSearch("/api/v1/tenants/search", { filters: { parent: tenant.name }, sort: "name" });
  if (!list.isLoading && list.items.length === 0) return null;
  return (
    <Panel flush title="Tenants within it">
      <Table bare columns={PARTS} empty={null} label="Tenants within it" list={list} rowId={(part) => part.id} to={(part) => `/tenants/${part.id}`} />
    </Panel>
  );
}
