import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Loaded } from "../../access/loaded";
import { type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { TimelineLink } from "../../shell/timeline-link";
import { Badge, Button, ConfirmDialog, CopyAsCurl, IconButton, Id, Json, KeyValue, Link, Menu, Page, Panel, Split, Time, toast } from "../../ui";
import { EditResource } from "./edit";
import { pathOf, resourceKey } from "./path";

type Resource = Schema<"StoredResource">;

/** A registered resource: what conditions know of it. */
export function ResourcePage() {
  const path = { application: useParam("application"), type: useParam("type"), id: useParam("id") };
  const query = useQuery({ queryKey: resourceKey(path), queryFn: async ({ signal }) => got(await api.GET("/api/v1/resources/{application}/{type}/{id}", { params: { path }, signal })) });
  return (
    <Loaded kind="Resource" list={["Resources", "/resources"]} query={query}>
      {(resource) => <Known resource={resource} />}
    </Loaded>
  );
}

function Known({ resource }: { resource: Resource }) {
  const [asks, setAsks] = useState<"edit" | "delete" | undefined>();
  const mayUpdate = useAllowed("casemate.resource.update") === true;
  const mayDelete = useAllowed("casemate.resource.delete") === true;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { application, type, id, attributes } = resource;
  const readListAnew = () => void queries.invalidateQueries({ queryKey: ["/api/v1/resources/search"] });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: resourceKey(resource) });
    readListAnew();
  };
  const close = () => setAsks(undefined);
  const edit = () => setAsks("edit");
  return (
    <Page
      actions={
        <>
          <TimelineLink id={id} type={type} />
          {mayUpdate && (
            <Button icon="edit" onPress={edit}>
              Edit attributes
            </Button>
          )}
          {mayDelete && <Menu entries={[{ id: "delete", label: "Delete", icon: "trash", danger: true, onAction: () => setAsks("delete") }]} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[
        ["Resources", "/resources"],
        [application, `/resources#application=${encodeURIComponent(application)}`],
      ]}
      commands={[
        ...(mayUpdate ? [{ title: "Edit attributes", icon: "edit" as const, run: edit }] : []),
        ...(mayDelete ? [{ title: `Delete ${id}`, icon: "trash" as const, run: () => setAsks("delete") }] : []),
      ]}
      status={<Badge>{type}</Badge>}
      title={id}
    >
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1${pathOf(resource)}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={id} whole />],
                ["Type", <code key="type">{type}</code>],
                ["Application", <Link key="application" to={`/applications#search=${encodeURIComponent(application)}`}>{application}</Link>],
                ["Tenant", resource.tenant],
                ["Revision", resource.revision],
                ["Registered", <Time exact key="at" value={resource.created_at} />],
                ["Changed", <Time exact key="up" value={resource.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Panel title="Attributes">{Object.keys(attributes).length === 0 ? "It has no attributes: whoever asks may send them." : <Json label={`Attributes of ${id}`} value={attributes} />}</Panel>
      </Split>
      {asks === "edit" && <EditResource onClose={close} onSaved={changed} resource={resource} />}
      <ConfirmDialog
        consequence={<>What was registered of it counts no longer: from then on whoever asks about it may say which attributes it has. The resource itself is the application&apos;s, and stays there.</>}
        onClose={close}
        onConfirm={() => api.DELETE("/api/v1/resources/{application}/{type}/{id}", { params: { path: { application, type, id }, header: ifMatch(resource) } })}
        onDone={() => {
          readListAnew();
          toast(`${id} is no longer registered`, {
            undo: async () => {
              await api.POST("/api/v1/resources", { body: { application, type, id, attributes } });
              readListAnew();
            },
          });
          void navigate({ to: "/resources", search: true } as never);
        }}
        open={asks === "delete"}
        title={`Delete ${type} ${id}?`}
        verb="Delete resource"
      />
    </Page>
  );
}
