import { useState } from "react";
import { type Schema, type Stored, api, useAllowed, useMayWrite, useSearch } from "../../api";
import { Address, Button, type Column, ConfirmDialog, DeleteStored, EmptyState, ExportMenu, Filters, IconButton, Menu, OpenButton, Origin, Page, SearchField, Stack, Table, TextField, Time, toast, useFragmentState, useKey } from "../../ui";
import { SourceForm } from "./form";

export type Entry = Schema<"SourceEntry">;
export type Source = Stored<Entry>;
type Ask = { what: "edit" | "delete" | "forget"; source: Source };

const DEFAULTS = { search: "", sort: "name" };

/** Where a source has it from, in a few words. */
export function placeOf({ claim, http, file, resources }: Entry): string {
  if (claim) return `claim ${claim}`;
  if (http) return http.url;
  return file ?? resources?.application ?? "";
}

function kindOf({ claim, http, resources }: Entry): string {
  return resources ? "Resources" : claim ? "Claim" : http ? "Endpoint" : "File";
}

/** Other systems that say what somebody holds. */
export function SourceListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const [ask, setAsk] = useState<Ask | undefined>();
  const may = useMayWrite("source");
  const mayForget = useAllowed("casemate.source.forget") === true;
  const list = useSearch("/api/v1/sources/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const create = () => may.create && setIsCreating(true);
  useKey("c", create);
  const entries = (source: Source) => [
    ...(source.document.http && mayForget ? [{ id: "forget", label: "Forget what it said", icon: "refresh" as const, onAction: () => setAsk({ what: "forget", source }) }] : []),
    ...(source.origin === "" && may.delete ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsk({ what: "delete", source }) }] : []),
  ];
  const columns: Column<Source>[] = [
    {
      id: "name",
      title: "Name",
      width: "1.2fr",
      sort: "name",
      cell: (source) => (
        <OpenButton onPress={() => setAsk({ what: "edit", source })}>
          {source.name}
        </OpenButton>
      ),
    },
    { id: "kind", title: "Kind", width: "100px", cell: ({ document }) => kindOf(document) },
    { id: "place", title: "Where", width: "1.8fr", cell: ({ document }) => <Address value={placeOf(document)} /> },
    { id: "provider", title: "People of", width: "1fr", cell: ({ document }) => document.provider ?? "" },
    { id: "ceiling", title: "Ceiling", width: "1.3fr", wrap: true, cell: ({ document }) => <code>{(document.ceiling ?? []).join(", ")}</code> },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ origin }) => <Origin value={origin} /> },
    { id: "updated", title: "Changed", width: "110px", sort: "updated_at", cell: ({ updated_at }) => <Time value={updated_at} /> },
    { id: "more", title: "", width: "50px", end: true, cell: (source) => entries(source).length > 0 && <Menu entries={entries(source)} label={`More of ${source.name}`} trigger={<IconButton icon="more" label={`More of ${source.name}`} small />} /> },
  ];
  const isFiltered = state.search !== "";
  const asked = (what: Ask["what"]) => (ask?.what === what ? ask.source : undefined);
  const action = may.create && (
    <Button icon="plus" kind="primary" onPress={create}>
      New source
    </Button>
  );
  return (
    <Page
      actions={action}
      commands={may.create ? [{ title: "New permission source", icon: "plus", run: create }] : []}
      description="Other systems that say what somebody holds: a claim, an endpoint or a file. None hands out more than its ceiling; one that errs makes what somebody holds unknown, and they are denied."
      title="Permission sources"
    >
      <Filters end={<ExportMenu asked={list.asked} name="permission-sources" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          <EmptyState actions={isFiltered ? <Button onPress={() => setState({ search: "" })}>Clear filters</Button> : action} icon="source" title={isFiltered ? "No source fits" : "No sources"}>
            {isFiltered ? "No source has a name or title like that." : "What people hold stands in Casemate alone. A source brings what another system knows already."}
          </EmptyState>
        }
        label="Permission sources"
        list={list}
        onOpen={(source) => setAsk({ what: "edit", source })}
        onSort={(sort) => setState({ sort })}
        rowId={({ id }) => id}
        sort={state.sort}
      />
      {isCreating && <SourceForm onClose={() => setIsCreating(false)} />}
      {ask?.what === "edit" && <SourceForm onClose={() => setAsk(undefined)} source={ask.source} />}
      <Forget onClose={() => setAsk(undefined)} source={asked("forget")} />
      <DeleteStored consequence="Nobody holds anything by it any more, within a second. What Casemate itself says stays." entry={asked("delete")} kind="source" onClose={() => setAsk(undefined)} path="/api/v1/sources" />
    </Page>
  );
}

function Forget({ source, onClose }: { source: Source | undefined; onClose: () => void }) {
  const [id, setId] = useState("");
  return (
    <ConfirmDialog
      consequence={id.trim() === "" ? "The endpoint is asked again about everybody who comes: many requests at once, if many do." : "The endpoint is asked again about this one person."}
      kind="primary"
      onClose={onClose}
      onConfirm={() => api.POST("/api/v1/sources/{id}/forget", { params: { path: { id: source?.id ?? "" } }, body: id.trim() === "" ? {} : { identity: { id: id.trim() } } })}
      onDone={() => toast("What it said is forgotten, on every server")}
      open={source !== undefined}
      title={`Forget what ${source?.name ?? ""} said?`}
      verb="Forget"
    >
      <Stack>
        <div>Its answers are kept for {source?.document.http?.max_cache_seconds ?? 60} seconds at most. Whoever changes something there need not wait.</div>
        <TextField help="What their provider calls them. Empty: everybody." label="Of one person alone" mono onChange={setId} optional value={id} />
      </Stack>
    </ConfirmDialog>
  );
}
