import { useState } from "react";
import { type Schema, type Stored, useMayWrite, useSave, useSearch } from "../../api";
import { Badge, Button, type Column, CopyAsCurl, DeleteStored, Dialog, EmptyState, ExportMenu, Filters, IconButton, Json, JsonEditor, ManagedNotice, OpenButton, Origin, Page, SaveNotice, SearchField, Table, TextField, Time, meanwhileOf, merged, parseJson, toast, useDocument, useFragmentState, useKey } from "../../ui";

type Entry = Schema<"EventTypeEntry">;
type Type = Stored<Entry>;

const DEFAULTS = { search: "", sort: "name" };
const EXAMPLE = JSON.stringify({ type: "object", properties: { title: { type: "string" } }, required: ["title"] }, null, 2);

/** Types of events that applications record. */
export function EventTypeListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [open, setOpen] = useState<Type | "new" | undefined>();
  const [removing, setRemoving] = useState<Type | undefined>();
  const may = useMayWrite("event-type");
  const list = useSearch("/api/v1/event-types/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const create = () => may.create && setOpen("new");
  useKey("c", create);
  const columns: Column<Type>[] = [
    {
      id: "name",
      title: "Action",
      width: "1.4fr",
      sort: "name",
      cell: (type) => (
        <OpenButton onPress={() => setOpen(type)}>
          {type.name}
        </OpenButton>
      ),
    },
    { id: "title", title: "Title", width: "1.2fr", cell: ({ document }) => document.title ?? "" },
    { id: "description", title: "What it says", width: "2fr", wrap: true, cell: ({ document }) => document.description ?? "" },
    { id: "schema", title: "Details", width: "120px", cell: ({ document }) => (document.schema ? <Badge icon="code">Schema</Badge> : "Anything") },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ origin }) => <Origin value={origin} /> },
    { id: "updated", title: "Changed", width: "110px", sort: "updated_at", cell: ({ updated_at }) => <Time value={updated_at} /> },
    { id: "delete", title: "", width: "50px", end: true, cell: (type) => may.delete && type.origin === "" && <IconButton icon="trash" label={`Delete ${type.name}`} onPress={() => setRemoving(type)} small /> },
  ];
  const isFiltered = state.search !== "";
  const action = may.create && (
    <Button icon="plus" kind="primary" onPress={create}>
      New type
    </Button>
  );
  return (
    <Page actions={action} commands={may.create ? [{ title: "New event type", icon: "plus", run: create }] : []} description="What applications record, and what the details of such an event have to be." title="Event types">
      <Filters end={<ExportMenu asked={list.asked} name="event-types" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          <EmptyState actions={isFiltered ? <Button onPress={() => setState({ search: "" })}>Clear filters</Button> : action} icon="list" title={isFiltered ? "No type fits" : "No types"}>
            {isFiltered ? "No type has a name or title like that." : "Applications record whatever they say. A type holds them to a schema, and explains its events to auditors."}
          </EmptyState>
        }
        label="Event types"
        list={list}
        onOpen={setOpen}
        onSort={(sort) => setState({ sort })}
        rowId={({ id }) => id}
        sort={state.sort}
      />
      {open !== undefined && <TypeForm onClose={() => setOpen(undefined)} {...(open === "new" ? {} : { type: open })} />}
      <DeleteStored consequence="Events of it are taken with whatever details from now on, or refused where the application's ceiling asks for a type. Those on record stay." entry={removing} kind="event type" onClose={() => setRemoving(undefined)} path="/api/v1/event-types" />
    </Page>
  );
}

const asText = ({ schema }: Entry): string => (schema ? JSON.stringify(schema, null, 2) : "");

function TypeForm({ type, onClose }: { type?: Type; onClose: () => void }) {
  const [initial] = useState<Entry>(() => type?.document ?? { name: "" });
  const [schema, setSchema] = useState(asText(initial));
  const may = useMayWrite("event-type");
  const isEditable = type ? may.update && type.origin === "" : may.create;
  const save = useSave<Entry>("/api/v1/event-types", type, (saved) => {
    onClose();
    toast(type ? `${saved.name} was changed` : `${saved.name} was made`);
  });
  const form = useDocument(initial, save.error, isEditable);
  const take = (before: Entry, newer: Entry, keepsTyped: boolean) => {
    form.take(before, newer, keepsTyped);
    setSchema((now) => (keepsTyped ? merged(asText(before), now, asText(newer)) : asText(newer)));
  };
  const read = schema.trim() === "" ? { value: undefined } : parseJson(schema);
  const run = () => {
    const { schema: _, ...rest } = form.document;
    if (read.error === undefined) save.mutate(read.value === undefined ? rest : { ...rest, schema: read.value as Record<string, never> });
  };
  return (
    <Dialog
      actions={
        <>
          {type && <CopyAsCurl path={`/api/v1/event-types/${type.id}`} />}
          <Button onPress={onClose}>{isEditable ? "Cancel" : "Close"}</Button>
          {isEditable && (
            <Button disabled={read.error !== undefined} kind="primary" pending={save.isPending} type="submit">
              {type ? "Save" : "Create type"}
            </Button>
          )}
        </>
      }
      onClose={onClose}
      onSubmit={() => isEditable && !save.isPending && run()}
      open
      title={type?.name ?? "New event type"}
      wide
    >
      {type && <ManagedNotice origin={type.origin} />}
      <TextField autoFocus help="An action, or a pattern of actions: shop.order.*" label="Action" mono placeholder="notes.note.publish" required {...form.text("/name")} />
      <TextField label="Title" optional {...form.text("/title")} />
      <TextField label="What such an event says" optional rows={2} {...form.text("/description")} />
      {isEditable ? <JsonEditor error={read.error ?? save.error?.at("/schema")} label="JSON Schema of its details (2020-12); anything, where it is empty" onChange={setSchema} rows={6} value={schema} /> : initial.schema && <Json label="JSON Schema of its details" value={initial.schema} />}
      {isEditable && schema.trim() === "" && (
        <div>
          <Button onPress={() => setSchema(EXAMPLE)} small>
            Begin with an example
          </Button>
        </div>
      )}
      <SaveNotice error={save.error} meanwhile={meanwhileOf(save, take)} onRetry={run} />
    </Dialog>
  );
}
