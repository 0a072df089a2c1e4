import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Assigned } from "../../access/assigned";
import { Loaded } from "../../access/loaded";
import { ManagedBy, ManagedNotice } from "../../access/managed";
import { type Schema, api, got, useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Button, CopyAsCurl, IconButton, Id, KeyValue, Menu, Page, Panel, Split, Tabs, Time, toast } from "../../ui";
import { isTo } from "./assigned-to";
import { DeleteGroup } from "./danger";
import { EditGroup } from "./edit";
import { History } from "./history";
import { Members } from "./members";

type Group = Schema<"StoredGroup">;

/** The key of a group among what was read. */
export const groupKey = (id: string) => ["/api/v1/groups/{id}", id];

/** A group: who belongs to it, what its members hold by it, and what changes made of it. */
export function GroupPage() {
  const id = useParam("id");
  const query = useQuery({ queryKey: groupKey(id), queryFn: async ({ signal }) => got(await api.GET("/api/v1/groups/{id}", { params: { path: { id } }, signal })) });
  return (
    <Loaded kind="Group" list={["Groups", "/groups"]} query={query}>
      {(group) => <Known group={group} />}
    </Loaded>
  );
}

function Known({ group }: { group: Group }) {
  const [asks, setAsks] = useState<"edit" | "delete" | undefined>();
  const isManaged = group.source.startsWith("code:");
  const mayUpdate = useAllowed("casemate.group.update") === true && !isManaged;
  const mayDelete = useAllowed("casemate.group.delete") === true && !isManaged;
  const maySeeMembers = useAllowed("casemate.group-member.list") === true;
  const maySeeAssignments = useAllowed("casemate.assignment.list") === true;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const changed = () => {
    for (const key of [groupKey(group.id), ["/api/v1/groups/search"], ["/api/v1/groups/{id}/members/search"], ["/api/v1/groups/{id}/versions/search"]]) void queries.invalidateQueries({ queryKey: key });
  };
  const edit = () => setAsks("edit");
  const close = () => setAsks(undefined);
  return (
    <Page
      actions={
        <>
          {mayUpdate && (
            <Button icon="edit" onPress={edit}>
              Edit
            </Button>
          )}
          {mayDelete && <Menu entries={[{ id: "delete", label: "Delete", icon: "trash", danger: true, onAction: () => setAsks("delete") }]} label="More" trigger={<IconButton icon="more" kind="plain" label="More" />} />}
        </>
      }
      breadcrumbs={[["Groups", "/groups"]]}
      commands={[
        ...(mayUpdate ? [{ title: `Edit ${group.name}`, icon: "edit" as const, run: edit }] : []),
        ...(mayDelete ? [{ title: `Delete ${group.name}`, icon: "trash" as const, run: () => setAsks("delete") }] : []),
      ]}
      title={group.name}
    >
      <ManagedNotice manager={group.source} what="group" />
      <Split
        aside={
          <Panel actions={<CopyAsCurl path={`/api/v1/groups/${group.id}`} />} title="Details">
            <KeyValue
              entries={[
                ["Id", <Id key="id" value={group.id} />],
                ["Provider", group.provider],
                ["External id", group.external_id && <code key="external">{group.external_id}</code>],
                ["Managed by", <ManagedBy key="source" manager={group.source} />],
                ["Tenant", group.tenant],
                ["Created", <Time exact key="at" value={group.created_at} />],
                ["Changed", <Time exact key="up" value={group.updated_at} />],
              ]}
            />
          </Panel>
        }
      >
        <Tabs
          label="About this group"
          tabs={[
            ...(maySeeMembers ? [{ id: "members", title: "Members", content: () => <Members group={group} onChanged={changed} /> }] : []),
            ...(maySeeAssignments ? [{ id: "assignments", title: "Assignments", content: () => <Assigned filters={{ "to.group": group.name }} keep={isTo(group)} give={{ to: { group: group.name, provider: group.provider } }} whom="this group" /> }] : []),
            { id: "history", title: "History", content: () => <History group={group} onRestored={changed} /> },
          ]}
        />
      </Split>
      {asks === "edit" && <EditGroup group={group} onClose={close} onSaved={changed} />}
      {asks === "delete" && (
        <DeleteGroup
          group={group}
          onClose={close}
          onDone={() => {
            void queries.invalidateQueries({ queryKey: ["/api/v1/groups/search"] });
            toast(`${group.name} was deleted`);
            void navigate({ to: "/groups", search: true } as never);
          }}
        />
      )}
    </Page>
  );
}
