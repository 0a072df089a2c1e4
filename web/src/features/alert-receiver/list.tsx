import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, type Stored, storedChanged, useAllowed, useMayWrite, useSearch, writeStored } from "../../api";
import { Badge, Button, type Column, DeleteStored, EmptyState, ExportMenu, Filters, IconButton, Menu, Notice, OpenButton, Origin, Page, SearchField, Status, Table, Time, toast, toastError, useFragmentState, useKey } from "../../ui";
import { ReceiverForm } from "./form";
import { Trial } from "./trial";

/** The document of a receiver, whose type the description leaves open. */
export interface Entry {
  name: string;
  title?: string | null;
  level?: Schema<"AlertLevel"> | null;
  disabled?: boolean;
  mail?: string[];
  webhook?: Schema<"AlertWebhookEntry"> | null;
}
export type Receiver = Stored<Entry>;
type Ask = { what: "edit" | "delete" | "test"; receiver: Receiver };

const DEFAULTS = { search: "", sort: "name" };
const PATH = "/api/v1/alert-receivers";

/** Who is told of alerts. */
export function AlertReceiverListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const [ask, setAsk] = useState<Ask | undefined>();
  const queries = useQueryClient();
  const may = useMayWrite("alert-receiver");
  const mayTest = useAllowed("casemate.alert-receiver.test") === true;
  const list = useSearch("/api/v1/alert-receivers/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const create = () => may.create && setIsCreating(true);
  useKey("c", create);
  const toggle = ({ id, revision, document }: Receiver) => {
    const { disabled, ...rest } = document;
    writeStored(PATH, { id, revision }, disabled ? rest : { ...rest, disabled: true }).then((saved) => {
      void storedChanged(queries, PATH);
      toast(disabled ? `${saved.name} is told again` : `${saved.name} is told no more`);
    }, toastError);
  };
  const entries = (receiver: Receiver) => [
    ...(mayTest ? [{ id: "test", label: "Send a test…", icon: "send" as const, onAction: () => setAsk({ what: "test", receiver }) }] : []),
    ...(may.update && receiver.origin === "" ? [{ id: "toggle", label: receiver.document.disabled ? "Switch on" : "Switch off", icon: receiver.document.disabled ? ("play" as const) : ("pause" as const), onAction: () => toggle(receiver) }] : []),
    ...(may.delete && receiver.origin === "" ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, onAction: () => setAsk({ what: "delete", receiver }) }] : []),
  ];
  const columns: Column<Receiver>[] = [
    {
      id: "name",
      title: "Name",
      width: "1.2fr",
      sort: "name",
      cell: (receiver) => (
        <OpenButton onPress={() => setAsk({ what: "edit", receiver })}>
          {receiver.name}
        </OpenButton>
      ),
    },
    { id: "to", title: "Told by", width: "2.4fr", wrap: true, cell: ({ document }) => [document.webhook?.url, ...(document.mail ?? [])].filter(Boolean).join(", ") },
    { id: "level", title: "From level", width: "110px", cell: ({ document }) => <Status state={document.level ?? "medium"} /> },
    { id: "state", title: "State", width: "130px", cell: ({ document }) => (document.disabled ? <Badge icon="pause" tone="warn">Switched off</Badge> : <Badge icon="bell" tone="allow">Is told</Badge>) },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ origin }) => <Origin value={origin} /> },
    { id: "updated", title: "Changed", width: "110px", sort: "updated_at", cell: ({ updated_at }) => <Time value={updated_at} /> },
    { id: "more", title: "", width: "50px", end: true, cell: (receiver) => entries(receiver).length > 0 && <Menu entries={entries(receiver)} label={`More of ${receiver.name}`} trigger={<IconButton icon="more" label={`More of ${receiver.name}`} small />} /> },
  ];
  const isFiltered = state.search !== "";
  const action = may.create && (
    <Button icon="plus" kind="primary" onPress={create}>
      New receiver
    </Button>
  );
  return (
    <Page actions={action} commands={may.create ? [{ title: "New alert receiver", icon: "plus", run: create }] : []} description="Each is told of every new alert from its level on, once, by a signed webhook or by e-mail. A test shows whether one is reached before the first alert does." title="Alert receivers">
      <Filters end={<ExportMenu asked={list.asked} name="alert-receivers" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name or title" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      {list.items.length > 0 && !isFiltered && (list.items as Receiver[]).every(({ document }) => document.disabled) && <Notice kind="warn" title="Nobody is told">All receivers are switched off: alerts wait until somebody looks.</Notice>}
      <Table
        columns={columns}
        empty={
          <EmptyState actions={isFiltered ? <Button onPress={() => setState({ search: "" })}>Clear filters</Button> : action} icon="bell" title={isFiltered ? "No receiver fits" : "Nobody is told of alerts"}>
            {isFiltered ? "No receiver has a name or title like that." : "Alerts are made, and wait until somebody looks. A receiver is told as soon as there is one."}
          </EmptyState>
        }
        label="Alert receivers"
        list={{ ...list, items: list.items as Receiver[] }}
        onOpen={(receiver) => setAsk({ what: "edit", receiver })}
        onSort={(sort) => setState({ sort })}
        rowId={({ id }) => id}
        sort={state.sort}
      />
      {isCreating && <ReceiverForm onClose={() => setIsCreating(false)} />}
      {ask?.what === "edit" && <ReceiverForm onClose={() => setAsk(undefined)} onTest={mayTest ? () => setAsk({ what: "test", receiver: ask.receiver }) : undefined} receiver={ask.receiver} />}
      <Trial onClose={() => setAsk(undefined)} receiver={ask?.what === "test" ? ask.receiver : undefined} />
      <DeleteStored consequence="It is told of no alert any more, also not of those that wait for it. That it was deleted makes an alert." entry={ask?.what === "delete" ? ask.receiver : undefined} kind="alert receiver" onClose={() => setAsk(undefined)} path={PATH} />
    </Page>
  );
}
