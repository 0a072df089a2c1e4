import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, api, useAllowed, useSearch } from "../../api";
import { Button, type Column, ConfirmDialog, EmptyState, ExportMenu, Filters, IconButton, Link, SearchField, Select, Stack, Status, Table, toast, useFragmentState } from "../../ui";
import { AddMembers } from "./add-members";

type Group = Schema<"StoredGroup">;
type Member = Schema<"GroupMember">;

const DEFAULTS = { member: "", active: "" };

/** Who belongs to a group: searched, added and removed. */
export function Members({ group, onChanged }: { group: Group; onChanged: () => void }) {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isAdding, setIsAdding] = useState(false);
  const [leaving, setLeaving] = useState<Member | undefined>();
  const isManaged = group.source.startsWith("code:");
  const mayAdd = useAllowed("casemate.group-member.add") === true && !isManaged;
  const mayRemove = useAllowed("casemate.group-member.remove") === true && !isManaged;
  const isFiltered = state.member !== "" || state.active !== "";
  const path = { id: group.id };
  const list = useSearch("/api/v1/groups/{id}/members/search", { search: state.member, ...(state.active === "" ? {} : { active: state.active === "yes" }) }, { path });
  const columns: Column<Member>[] = [
    { id: "login", title: "Login", width: "1.6fr", cell: (member) => <Link to={`/users/${member.user}`}>{member.login}</Link> },
    { id: "name", title: "Name", width: "1.4fr", cell: (member) => member.display_name ?? "" },
    { id: "state", title: "State", corner: true, width: "96px", cell: (member) => <Status state={member.active ? "active" : "inactive"} /> },
    { id: "source", title: "Added", width: "112px", cell: (member) => <ManagedBy manager={member.source} /> },
    ...(mayRemove
      ? [
          {
            id: "remove",
            title: "",
            width: "48px",
            end: true,
            cell: (member: Member) =>
              member.source === "" && (
                <IconButton icon="x" label={`Remove ${member.login}`} onPress={() => setLeaving(member)} small />
              ),
          },
        ]
      : []),
  ];
  const add = mayAdd && (
    <Button icon="plus" kind="primary" onPress={() => setIsAdding(true)}>
      Add members
    </Button>
  );
  return (
    <Stack>
      <Filters
        end={
          <>
            <ExportMenu asked={list.asked} name={`members-of-${group.name}`} />
            {add}
          </>
        }
        onReset={isFiltered ? () => setState(DEFAULTS) : undefined}
      >
        <SearchField label="Search members" onChange={(member) => setState({ member })} value={state.member} />
        <Select
          inline
          label="State"
          onChange={(active) => setState({ active: active === "any" ? "" : active })}
          options={[
            { value: "any", label: "any" },
            { value: "yes", label: "active" },
            { value: "no", label: "inactive" },
          ]}
          value={state.active || "any"}
        />
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState(DEFAULTS)}>Clear filters</Button>} icon="search" title="No member fits">
              Nobody in this group has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={add} icon="users" title="No members yet">
              What is assigned to the group counts for nobody until somebody belongs to it.
            </EmptyState>
          )
        }
        label="Members"
        list={list}
        rowId={(member) => `${member.user} ${member.source}`}
        to={(member) => `/users/${member.user}`}
      />
      {isAdding && <AddMembers group={group} onChanged={onChanged} onClose={() => setIsAdding(false)} />}
      <ConfirmDialog
        consequence="What is assigned to the group, they hold no longer, within a second; unless they hold it by another way as well."
        onClose={() => setLeaving(undefined)}
        onConfirm={() => api.DELETE("/api/v1/groups/{id}/members/{user}", { params: { path: { ...path, user: leaving?.user ?? "" } } })}
        onDone={() => {
          const user = leaving?.user ?? "";
          onChanged();
          toast(`${leaving?.login} was removed from ${group.name}`, {
            undo: async () => {
              await api.POST("/api/v1/groups/{id}/members", { params: { path }, body: { users: [user] } });
              onChanged();
            },
          });
        }}
        open={leaving !== undefined}
        title={`Remove ${leaving?.login ?? ""} from ${group.name}?`}
        verb="Remove member"
      >
        They stay a user, and may be added again.
      </ConfirmDialog>
    </Stack>
  );
}
