import { useState } from "react";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, Time, useFragmentState } from "../../ui";
import { LiftBlock } from "./lift";
import { KINDS, blockedName, whyBlocked } from "./words";

type Block = Schema<"Block">;

const DEFAULTS = { search: "", kind: "", user: "", service_account: "", sort: "-blocked_at" };

/** Networks and accounts of which too many secrets were wrong. */
export function BlockListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [lifting, setLifting] = useState<Block | undefined>();
  const mayLift = useAllowed("casemate.block.lift") === true;
  const list = useSearch(
    "/api/v1/blocks/search",
    { search: state.search, ...(state.kind === "" ? {} : { kind: state.kind as Schema<"BlockKind"> }), user: state.user, service_account: state.service_account, sort: state.sort as Schema<"BlockOrder"> },
    { everyMs: 15_000 },
  );
  const isFiltered = state.search !== "" || state.kind !== "" || state.user !== "" || state.service_account !== "";
  const reset = () => setState({ search: "", kind: "", user: "", service_account: "" });
  const columns: Column<Block>[] = [
    { id: "what", title: "Blocked", width: "1.6fr", cell: (block) => <Name block={block} /> },
    { id: "kind", title: "Kind", width: "170px", cell: (block) => <Badge icon={block.kind === "network" ? "network" : "lock"} tone="deny">{KINDS[block.kind]}</Badge> },
    { id: "why", title: "Why", width: "2.2fr", wrap: true, cell: whyBlocked },
    { id: "times", title: "In a row", width: "80px", end: true, cell: (block) => block.times },
    { id: "at", title: "Since", width: "120px", sort: "blocked_at", cell: (block) => <Time value={block.blocked_at} /> },
    { id: "until", title: "Until", width: "120px", sort: "until", cell: (block) => <Time value={block.until} /> },
    ...(mayLift
      ? [
          {
            id: "lift",
            title: "",
            width: "70px",
            end: true,
            cell: (block: Block) => (
              <Button kind="quiet" label={`Lift the block of ${blockedName(block)}`} onPress={() => setLifting(block)} small>
                Lift
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Page description="Where too many secrets were wrong, none is looked at for a time. Blocks end by themselves; each in a row is longer than the one before." title="Blocks">
      <Filters end={<ExportMenu asked={list.asked} name="blocks" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search network or account" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="Kind"
          onChange={(kind) => setState({ kind: kind === "any" ? "" : kind })}
          options={[{ value: "any", label: "any" }, ...Object.entries(KINDS).map(([value, label]) => ({ value, label: label.toLowerCase() }))]}
          value={state.kind || "any"}
        />
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No block fits">
              Nothing that you search for is blocked now.
            </EmptyState>
          ) : (
            <EmptyState icon="circleCheck" title="Nothing is blocked">
              Networks and accounts appear here while too many wrong passwords, keys or codes come from them or for them.
            </EmptyState>
          )
        }
        label="Blocks"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(block) => block.id}
        sort={state.sort}
      />
      <LiftBlock block={lifting} onClose={() => setLifting(undefined)} />
    </Page>
  );
}

function Name({ block }: { block: Block }) {
  if (block.user) return <Link to={`/users/${block.user}`}>{blockedName(block)}</Link>;
  if (block.service_account) return <Link to={`/service-accounts/${block.service_account}`}>{blockedName(block)}</Link>;
  return <code>{blockedName(block)}</code>;
}
