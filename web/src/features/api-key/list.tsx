import { Actor } from "../../access/actor";
import { useKeyColumns } from "../../access/keys/columns";
import { type Listed, type Schema, useSearch } from "../../api";
import { Button, EmptyState, ExportMenu, Filters, LinkButton, Page, Panel, SearchField, Select, Table, fixedList, useFragmentState } from "../../ui";

type Key = Schema<"ApiKey">;

const DEFAULTS = { search: "", state: "in_force", due: "", sort: "-created_at" };

const DESCRIPTION = "What programs present to the API. A key is shown once, when it is created.";

/** Within how many days a key ends that is shown before all others. */
const SOON = 14;

/** API keys of all service accounts: what ends, and what nobody uses. */
export function ApiKeyListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const { columns, dialogs } = useKeyColumns({ account: (key) => <Actor actor={{ provider: "casemate", type: "service", id: key.account }} /> });
  const [due, days] = state.due.split("-") as [string, string?];
  const list = useSearch("/api/v1/api-keys/search", {
    search: state.search,
    sort: state.sort as Schema<"ApiKeyOrder">,
    ...(state.state === "any" ? {} : { state: state.state as Schema<"ApiKeyState"> }),
    ...(due === "ends" ? { expiring_days: Number(days) } : {}),
    ...(due === "unused" ? { unused_days: Number(days) } : {}),
  });
  const reset = () => setState({ search: "", state: "in_force", due: "" });
  const isFiltered = state.search !== "" || state.state !== "in_force" || state.due !== "";
  const ending = useSearch("/api/v1/api-keys/search", { expiring_days: SOON }, { limit: 1000, enabled: !isFiltered });
  // What ends soon stands above all: without it, it is not known where the others begin.
  if (!isFiltered && ending.isLoading) {
    return (
      <Page description={DESCRIPTION} title="API keys">
        <Table columns={columns} empty={null} label="API keys" list={fixedList<Key>(undefined)} rowId={(key) => key.id} />
      </Page>
    );
  }
  return (
    <Page description={DESCRIPTION} title="API keys">
      {!isFiltered && <Ending list={ending} />}
      <Filters end={<ExportMenu asked={list.asked} name="api-keys" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search by title" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="State"
          onChange={(value) => setState({ state: value })}
          options={[
            { value: "in_force", label: "in force" },
            { value: "expired", label: "expired" },
            { value: "revoked", label: "revoked" },
            { value: "any", label: "any" },
          ]}
          value={state.state}
        />
        <Select
          inline
          label="Show"
          onChange={(value) => setState({ due: value === "all" ? "" : value })}
          options={[
            { value: "all", label: "all" },
            { value: "ends-7", label: "ending within a week" },
            { value: "ends-14", label: "ending within 14 days" },
            { value: "ends-30", label: "ending within 30 days" },
            { value: "unused-30", label: "not used for 30 days" },
            { value: "unused-90", label: "not used for 90 days" },
          ]}
          value={state.due || "all"}
        />
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Show keys in force</Button>} icon="search" title="No key fits">
              {due === "ends" ? "No key in force ends so soon." : due === "unused" ? "Every key of that age was used since." : "No key of this tenant has what you search for."}
            </EmptyState>
          ) : (
            <EmptyState actions={<LinkButton to="/service-accounts">Service accounts</LinkButton>} icon="key" title="No key in force">
              Keys belong to service accounts, and are created there.
            </EmptyState>
          )
        }
        label="API keys"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(key) => key.id}
        sort={state.sort}
        to={(key) => `/api-keys/${key.id}`}
      />
      {dialogs}
    </Page>
  );
}

/** Keys that end soon, those that end first before the others; nothing where there is none. */
function Ending({ list }: { list: Listed<Key> }) {
  const { columns, dialogs } = useKeyColumns({ account: (key) => <Actor actor={{ provider: "casemate", type: "service", id: key.account }} /> });
  if (list.items.length === 0) return null;
  const end = (key: Key) => Date.parse(key.expires_at ?? "");
  const items = list.items.toSorted((one, other) => end(one) - end(other));
  return (
    <Panel flush icon="clock" title={`Ending within ${SOON} days`}>
      <Table bare columns={columns.map(({ sort: _, ...column }) => column)} empty={null} label="API keys that end soon" list={fixedList(items)} rowId={(key) => key.id} to={(key) => `/api-keys/${key.id}`} />
      {dialogs}
    </Panel>
  );
}
