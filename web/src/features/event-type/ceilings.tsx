import { useState } from "react";
import { type Schema, type Stored, useMayWrite, useSave, useSearch } from "../../api";
import { Badge, Button, Checkbox, type Column, ComboBox, CopyAsCurl, DeleteStored, Dialog, EmptyState, ExportMenu, FieldRow, Filters, IconButton, ListField, ManagedNotice, OpenButton, Origin, Page, SaveNotice, SearchField, Table, TextField, Time, meanwhileOf, toast, useDocument, useFragmentState, useKey } from "../../ui";

type Entry = Schema<"EventCeilingEntry">;
type Ceiling = Stored<Entry>;

const DEFAULTS = { search: "", sort: "name" };
const number = (value: number | null | undefined) => (value === undefined || value === null ? "As for all" : value.toLocaleString("en"));

/** What applications may record at most. */
export function EventCeilingListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [open, setOpen] = useState<Ceiling | "new" | undefined>();
  const [removing, setRemoving] = useState<Ceiling | undefined>();
  const may = useMayWrite("event-ceiling");
  const list = useSearch("/api/v1/event-ceilings/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const create = () => may.create && setOpen("new");
  useKey("c", create);
  const columns: Column<Ceiling>[] = [
    {
      id: "name",
      title: "Application",
      width: "1.3fr",
      sort: "name",
      cell: (ceiling) => (
        <OpenButton onPress={() => setOpen(ceiling)}>
          {ceiling.document.application}
        </OpenButton>
      ),
    },
    { id: "actions", title: "Actions", width: "1.6fr", wrap: true, cell: ({ document }) => <code>{document.actions?.join(", ") ?? "all of its namespaces"}</code> },
    { id: "minute", title: "Per minute", width: "84px", end: true, cell: ({ document }) => number(document.per_minute) },
    { id: "day", title: "Per day", width: "84px", end: true, cell: ({ document }) => number(document.per_day) },
    { id: "bytes", title: "Bytes of details", width: "112px", end: true, cell: ({ document }) => number(document.max_bytes) },
    { id: "rules", title: "Requires", width: "170px", cell: ({ document }) => (document.required || document.bound ? <>{document.required && <Badge>A type</Badge>} {document.bound && <Badge>A bound key</Badge>}</> : "Nothing more") },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ origin }) => <Origin value={origin} /> },
    { id: "updated", title: "Changed", width: "110px", sort: "updated_at", cell: ({ updated_at }) => <Time value={updated_at} /> },
    { id: "delete", title: "", width: "50px", end: true, cell: (ceiling) => may.delete && ceiling.origin === "" && <IconButton icon="trash" label={`Delete the ceiling of ${ceiling.name}`} onPress={() => setRemoving(ceiling)} small /> },
  ];
  const isFiltered = state.search !== "";
  const action = may.create && (
    <Button icon="plus" kind="primary" onPress={create}>
      New ceiling
    </Button>
  );
  return (
    <Page actions={action} commands={may.create ? [{ title: "New event ceiling", icon: "plus", run: create }] : []} description="What an application may record at most, and how much. What is beyond is refused." title="Event ceilings">
      <Filters end={<ExportMenu asked={list.asked} name="event-ceilings" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search application" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          <EmptyState actions={isFiltered ? <Button onPress={() => setState({ search: "" })}>Clear filters</Button> : action} icon="shield" title={isFiltered ? "No ceiling fits" : "No ceilings"}>
            {isFiltered ? "No application of that name has one." : "What holds for all bounds every application. A ceiling bounds one of them further."}
          </EmptyState>
        }
        label="Event ceilings"
        list={list}
        onOpen={setOpen}
        onSort={(sort) => setState({ sort })}
        rowId={({ id }) => id}
        sort={state.sort}
      />
      {open !== undefined && <CeilingForm onClose={() => setOpen(undefined)} {...(open === "new" ? {} : { ceiling: open })} />}
      <DeleteStored consequence="The application is bounded by what holds for all alone, within a second." entry={removing} kind="ceiling" onClose={() => setRemoving(undefined)} path="/api/v1/event-ceilings" />
    </Page>
  );
}

function CeilingForm({ ceiling, onClose }: { ceiling?: Ceiling; onClose: () => void }) {
  const [initial] = useState<Entry>(() => ceiling?.document ?? { application: "" });
  const may = useMayWrite("event-ceiling");
  const isEditable = ceiling ? may.update && ceiling.origin === "" : may.create;
  const applications = useSearch("/api/v1/applications/search", {});
  const save = useSave<Entry>("/api/v1/event-ceilings", ceiling, (saved) => {
    onClose();
    toast(ceiling ? `The ceiling of ${saved.document.application} was changed` : `${saved.document.application} has a ceiling`);
  });
  const form = useDocument(initial, save.error, isEditable);
  const run = () => save.mutate(form.document);
  return (
    <Dialog
      actions={
        <>
          {ceiling && <CopyAsCurl path={`/api/v1/event-ceilings/${ceiling.id}`} />}
          <Button onPress={onClose}>{isEditable ? "Cancel" : "Close"}</Button>
          {isEditable && (
            <Button kind="primary" pending={save.isPending} type="submit">
              {ceiling ? "Save" : "Create ceiling"}
            </Button>
          )}
        </>
      }
      onClose={onClose}
      onSubmit={() => isEditable && !save.isPending && run()}
      open
      title={ceiling ? `Ceiling of ${ceiling.document.application}` : "New event ceiling"}
      wide
    >
      {ceiling && <ManagedNotice origin={ceiling.origin} />}
      <ComboBox disabled={ceiling !== undefined} free label="Application" options={applications.items.map(({ name }) => ({ value: name, label: name }))} {...form.text("/application")} />
      <ListField help="Names, or patterns. All of its namespaces, where none is named." label="Actions" mono optional {...form.list("/actions")} />
      <FieldRow>
        <TextField label="Events a minute" optional {...form.number("/per_minute")} />
        <TextField label="Events a day" optional {...form.number("/per_day")} />
        <TextField help="At most 8,192." label="Bytes of details" optional {...form.number("/max_bytes")} />
      </FieldRow>
      <FieldRow>
        <ListField help="success, denied, failure." label="Only outcomes" optional {...form.list("/outcomes")} />
        <ListField label="Only types of resources" optional {...form.list("/resource_types")} />
        <ListField label="Only tenants" optional {...form.list("/tenants")} />
      </FieldRow>
      <Checkbox {...form.flag("/required")}>Events that are of no type are refused</Checkbox>
      <Checkbox {...form.flag("/bound")}>Only callers that are bound to an application record in its namespaces</Checkbox>
      <SaveNotice error={save.error} meanwhile={meanwhileOf(save, form.take)} onRetry={run} />
    </Dialog>
  );
}
