import { useState } from "react";
import { ManagedBy } from "../../access/managed";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Status, Table, Time, useFragmentState, useKey } from "../../ui";
import { CreateUser } from "./create";
import { SOURCES } from "./source";

type User = Schema<"StoredUser">;

const DEFAULTS = { search: "", active: "", source: "", sort: "-created_at" };

const COLUMNS: Column<User>[] = [
  { id: "login", title: "Login", width: "2fr", sort: "login", cell: (user) => <Link to={`/users/${user.id}`}>{user.login}</Link> },
  { id: "name", title: "Name", width: "1.5fr", cell: (user) => user.display_name ?? "" },
  { id: "provider", title: "Provider", cell: (user) => user.provider },
  { id: "source", title: "Managed by", cell: (user) => <ManagedBy manager={user.source} /> },
  { id: "active", title: "State", corner: true, width: "110px", cell: (user) => <Status state={user.active ? "active" : "inactive"} /> },
  { id: "signed_in", title: "Last sign-in", width: "130px", cell: (user) => <Time none="Never noted" value={user.signed_in_at} /> },
  { id: "created", title: "Created", width: "130px", sort: "created_at", cell: (user) => <Time value={user.created_at} /> },
];

/** Everybody whom the directory knows in the tenant. */
export function UserListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.user.create") === true;
  const list = useSearch("/api/v1/users/search", {
    search: state.search,
    sort: state.sort as Schema<"UserOrder">,
    source: state.source,
    ...(state.active === "" ? {} : { active: state.active === "yes" }),
  });
  const isFiltered = state.search !== "" || state.active !== "" || state.source !== "";
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  return (
    <Page
      actions={
        mayCreate && (
          <Button icon="plus" kind="primary" onPress={create}>
            New user
          </Button>
        )
      }
      commands={mayCreate ? [{ title: "New user", icon: "plus", run: create }] : []}
      description="Who providers vouch for, and whether they may come in at all."
      title="Users"
    >
      <Filters end={<ExportMenu asked={list.asked} name="users" />} onReset={isFiltered ? () => setState({ search: "", active: "", source: "" }) : undefined}>
        <SearchField label="Search login, name or e-mail" placeholder="Login, name or e-mail" onChange={(search) => setState({ search })} value={state.search} />
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
        <Select inline label="Managed by" onChange={(source) => setState({ source: source === "any" ? "" : source })} options={SOURCES} value={state.source || "any"} />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "", active: "", source: "" })}>Clear filters</Button>} icon="search" title="Nobody fits">
              No user of this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState
              actions={
                mayCreate && (
                  <Button kind="primary" onPress={create}>
                    New user
                  </Button>
                )
              }
              icon="user"
              title="No users yet"
            >
              Users are people whom a provider vouches for. They come by hand, by SCIM or LDAP, or with their first sign-in.
            </EmptyState>
          )
        }
        label="Users"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(user) => user.id}
        sort={state.sort}
        to={(user) => `/users/${user.id}`}
      />
      {isCreating && <CreateUser onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
