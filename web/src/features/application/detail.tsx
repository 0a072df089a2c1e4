import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice, isByHand } from "../../access/managed";
import { type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Badge, Button, ConfirmDialog, CopyAsCurl, CopyButton, IconButton, Id, KeyValue, Link, Menu, Page, Panel, Split, Tabs, Time, toast } from "../../ui";
import styles from "./application.module.css";
import { Attributes, Permissions } from "./declared";
import { EditApplication } from "./edit";
import { useSchemas } from "./schema";

type Application = Schema<"StoredApplicationDocument">;

/** The key of an application among what was read. */
const applicationKey = (id: string) => ["/api/v1/applications/{id}", id];

/** An application: which permissions there are of it, and what narrows them. */
export function ApplicationPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: applicationKey(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/applications/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="Application" list={["Applications", "/applications"]} query={query}>
      {(application) => <Known application={application} />}
    </Loaded>
  );
}

function Known({ application }: { application: Application }) {
  const [asks, setAsks] = useState<"edit" | "delete" | undefined>();
  const { schemas, isPending } = useSchemas();
  const isOurs = isByHand(application.origin);
  const mayUpdate = useAllowed("casemate.application.update") === true && isOurs;
  const mayDelete = useAllowed("casemate.application.delete") === true && isOurs;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const readListAnew = () => void queries.invalidateQueries({ queryKey: ["/api/v1/applications/search"] });
  const close = () => setAsks(undefined);
  const schema = schemas?.get(application.name);
  const text = application.document.schema;
  const namespaces = schema?.application?.namespaces ?? [];
  const permissions = schema?.permission ?? [];
  const attributes = Object.entries(schema?.attributes ?? {});
  return (
    <Page
      actions={
        <>
          {mayUpdate && (
            <Button icon="edit" onPress={() => setAsks("edit")}>
              Edit schema
            </Button>
          )}
          {mayDelete && <Menu entries={[{ id: "delete", label: "Delete", icon: "trash", danger: true, onAction: () => setAsks("delete") }]} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Applications", "/applications"]]}
      commands={[
        ...(mayUpdate ? [{ title: `Edit the schema of ${application.name}`, icon: "edit" as const, run: () => setAsks("edit") }] : []),
        ...(mayDelete ? [{ title: `Delete ${application.name}`, icon: "trash" as const, run: () => setAsks("delete") }] : []),
      ]}
      description={schema?.application?.description ?? undefined}
      title={schema?.application?.title ?? application.name}
    >
      <ManagedNotice manager={application.origin} what="application" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/applications/${application.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Name", <code key="name">{application.name}</code>],
                ["Id", <Id key="id" value={application.id} />],
                namespaces.length > 0 && [
                  "Namespaces",
                  <span className={styles.names} key="names">
                    {namespaces.map((name) => (
                      <Badge key={name}>{name}</Badge>
                    ))}
                  </span>,
                ],
                ["Resources", <Link key="resources" to={`/resources#application=${encodeURIComponent(application.name)}`}>What it registered</Link>],
                ["Managed by", <ManagedBy key="origin" manager={application.origin} />],
                ["Revision", application.revision],
                ["Created", <Time exact key="at" value={application.created_at} />],
                ["Changed", <Time exact key="up" value={application.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this application"
          tabs={[
            ...(schema || isPending
              ? [
                  { id: "permissions", title: "Permissions", count: schema ? permissions.length : undefined, content: () => <Permissions permissions={schema ? permissions : undefined} /> },
                  { id: "attributes", title: "Attributes", count: schema ? attributes.length : undefined, content: () => <Attributes attributes={schema ? attributes : undefined} isOpaque={schema?.application?.properties === "opaque"} /> },
                ]
              : []),
            {
              id: "schema",
              title: "Schema",
              content: () => (
                <Panel actions={<CopyButton label="Copy the schema" text={text} />} title="As it was registered">
                  <pre aria-label="Schema" className={styles.schema} tabIndex={0}>
                    {text}
                  </pre>
                </Panel>
              ),
            },
          ]}
        />
      </Split>
      {asks === "edit" && <EditApplication application={application} onClose={close} onSaved={() => void queries.invalidateQueries({ queryKey: applicationKey(application.id) })} />}
      <ConfirmDialog
        consequence="Questions about its names are answered no from then on, and roles that grant them grant nothing."
        onClose={close}
        onConfirm={() => api.DELETE("/api/v1/applications/{id}", { params: { path: { id: application.id }, header: ifMatch(application) } })}
        onDone={() => {
          readListAnew();
          toast(`${application.name} was deleted`, {
            undo: async () => {
              await api.POST("/api/v1/applications", { body: { schema: text } });
              readListAnew();
            },
          });
          void navigate({ to: "/applications", search: true } as never);
        }}
        open={asks === "delete"}
        title={`Delete ${application.name}?`}
        typed={application.name}
        verb="Delete application"
      >
        One that has resources, or that a source or a credential names, is not deleted: those go first.
      </ConfirmDialog>
    </Page>
  );
}
