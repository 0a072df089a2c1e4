import { useState } from "react";
import { CreateKey } from "../../access/keys/create";
import { useKeyColumns } from "../../access/keys/columns";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, EmptyState, ExportMenu, Filters, SearchField, Select, Stack, Table, useFragmentState } from "../../ui";

const DEFAULTS = { key: "", state: "in_force" };

/** The keys of a service account: made, rotated and revoked. */
export function Keys({ account }: { account: Schema<"StoredServiceAccountEntry"> }) {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.api-key.create") === true;
  const { columns, dialogs } = useKeyColumns();
  const list = useSearch("/api/v1/api-keys/search", { account: account.id, search: state.key, sort: "-created_at", ...(state.state === "any" ? {} : { state: state.state as Schema<"ApiKeyState"> }) });
  const isFiltered = state.key !== "" || state.state !== "in_force";
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={() => setIsCreating(true)}>
      New key
    </Button>
  );
  return (
    <Stack>
      <Filters
        end={
          <>
            <ExportMenu asked={list.asked} name={`api-keys-of-${account.name}`} />
            {button}
          </>
        }
        onReset={isFiltered ? () => setState(DEFAULTS) : undefined}
      >
        <SearchField label="Search by title" onChange={(key) => setState({ key })} value={state.key} />
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
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState(DEFAULTS)}>Show keys in force</Button>} compact icon="search" title="No key fits">
              No key of this account has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} compact icon="key" title="No key in force">
              Without a key the program cannot call the API.
            </EmptyState>
          )
        }
        label="API keys"
        list={list}
        rowId={(key) => key.id}
        to={(key) => `/api-keys/${key.id}`}
      />
      {dialogs}
      {isCreating && <CreateKey account={account} onClose={() => setIsCreating(false)} />}
    </Stack>
  );
}
