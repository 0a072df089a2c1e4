import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useAllowed } from "../../api";
import { Badge, Button, Checkbox, type Column, ConfirmDialog, Dialog, EmptyState, ErrorNotice, IconButton, Menu, Table, TextField, Time, fixedList, toast } from "../../ui";
import styles from "./audit.module.css";
import type { EventSearch, Terms } from "./terms";
import { isSought, termsOf } from "./terms";
import { stamp } from "./words";

type Saved = Schema<"SavedAuditSearch">;
const KEY = ["/api/v1/audit-searches"];

function useSaved() {
  return useQuery({ queryKey: KEY, staleTime: 300_000, refetchOnWindowFocus: false, queryFn: async ({ signal }) => got(await api.GET("/api/v1/audit-searches", { signal })).items });
}

/** Searches that were kept: opened, and kept anew. */
export function SavedSearches({ terms, body, onOpen }: { terms: Terms; body: EventSearch; onOpen: (terms: Terms) => void }) {
  const [asks, setAsks] = useState<"save" | "manage" | undefined>();
  const saved = useSaved();
  const items = saved.data ?? [];
  return (
    <>
      <Menu
        groups={[
          { title: items.length > 0 ? "Saved searches" : undefined, entries: items.map((one) => ({ id: one.id, label: one.name, icon: "search" as const, ...(one.own ? {} : { help: "Shared" }), onAction: () => onOpen(termsOf(one.search)) })) },
          {
            entries: [
              { id: "save", label: "Save this search", icon: "plus" as const, disabled: !isSought(terms), onAction: () => setAsks("save") },
              { id: "manage", label: "Rename or delete", icon: "edit" as const, disabled: items.length === 0, onAction: () => setAsks("manage") },
            ],
          },
        ]}
        label="Saved searches"
        trigger={<Button icon="star">Saved</Button>}
      />
      {asks === "save" && <SaveDialog body={body} onClose={() => setAsks(undefined)} />}
      {asks === "manage" && <ManageDialog onClose={() => setAsks(undefined)} />}
    </>
  );
}

function SaveDialog({ body, onClose, renamed }: { body: EventSearch; onClose: () => void; renamed?: Saved }) {
  const [name, setName] = useState(renamed?.name ?? "");
  const [shared, setShared] = useState(renamed?.shared ?? false);
  const mayShare = useAllowed("casemate.audit-search.share") === true;
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const document: Schema<"SearchDocument"> = { name: name.trim(), shared, search: body };
      if (renamed === undefined) return got(await api.POST("/api/v1/audit-searches", { body: document }));
      return got(await api.PUT("/api/v1/audit-searches/{id}", { params: { path: { id: renamed.id }, header: ifMatch(renamed) }, body: document }));
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: KEY });
      toast(renamed ? "The search was renamed" : `"${name.trim()}" is among the saved searches`);
      onClose();
    },
  });
  const run = () => !save.isPending && name.trim() !== "" && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={name.trim() === ""} kind="primary" pending={save.isPending} type="submit">
            {renamed ? "Rename" : "Save search"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={renamed ? "Rename search" : "Save this search"}
    >
      <TextField autoFocus error={save.error?.at("/name")} label="Name" maxLength={200} onChange={setName} required value={name} />
      {mayShare && (
        <Checkbox help="All who see audit events in this tenant see it, and what it searches for." onChange={setShared} selected={shared}>
          Share it
        </Checkbox>
      )}
      {!renamed && body.since && <p className={styles.note}>It keeps its times as they are: from {stamp(body.since)} on.</p>}
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}

function ManageDialog({ onClose }: { onClose: () => void }) {
  const [renaming, setRenaming] = useState<Saved | undefined>();
  const [deleting, setDeleting] = useState<Saved | undefined>();
  const saved = useSaved();
  const queries = useQueryClient();
  const mayShare = useAllowed("casemate.audit-search.share") === true;
  const may = (one: Saved) => one.own || (one.shared && mayShare);
  const columns: Column<Saved>[] = [
    { id: "name", title: "Name", width: "2fr", cell: (one) => <span>{one.name}</span> },
    { id: "shared", title: "Seen by", width: "100px", cell: (one) => <Badge>{one.shared ? "the tenant" : "you"}</Badge> },
    { id: "at", title: "Changed", width: "110px", cell: (one) => <Time value={one.updated_at} /> },
    {
      id: "do",
      title: "",
      width: "72px",
      end: true,
      cell: (one) =>
        may(one) && (
          <span className={styles.pair}>
            <IconButton icon="edit" label={`Rename ${one.name}`} onPress={() => setRenaming(one)} small />
            <IconButton icon="trash" label={`Delete ${one.name}`} onPress={() => setDeleting(one)} small />
          </span>
        ),
    },
  ];
  return (
    <Dialog actions={<Button onPress={onClose}>Done</Button>} onClose={onClose} open title="Saved searches" wide>
      <Table bare columns={columns} empty={<EmptyState compact icon="search" title="None is saved" />} label="Saved searches" list={fixedList(saved.data, { error: saved.error, retry: () => void saved.refetch() })} rowId={(one) => one.id} />
      {renaming && <SaveDialog body={renaming.search} onClose={() => setRenaming(undefined)} renamed={renaming} />}
      {deleting && (
        <ConfirmDialog
          onClose={() => setDeleting(undefined)}
          onConfirm={() => api.DELETE("/api/v1/audit-searches/{id}", { params: { path: { id: deleting.id }, header: ifMatch(deleting) } })}
          onDone={() => {
            void queries.invalidateQueries({ queryKey: KEY });
            const { name, search, shared } = deleting;
            toast(`"${name}" was deleted`, {
              undo: async () => {
                await api.POST("/api/v1/audit-searches", { body: { name, search, shared } });
                await queries.invalidateQueries({ queryKey: KEY });
              },
            });
          }}
          open
          title={`Delete "${deleting.name}"?`}
          verb="Delete search"
        >
          {deleting.shared ? "Nobody in this tenant finds it among the saved searches any more." : "It goes from your saved searches."} No event is changed.
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
