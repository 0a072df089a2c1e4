import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, type Schema, type Stored, storedChanged, useMayWrite, useOpened, useSave, useSearch, writeStored } from "../../api";
import { Address, Badge, Button, type Column, DeleteStored, Dialog, ExportMenu, Filters, Origin, Page, SaveNotice, Select, Stack, Table, TextField, Time, fixedList, meanwhileOf, merged, toast } from "../../ui";
import { KNOWN, type Known, shownValue } from "./known";
import { LogLevels } from "./log-levels";

type Entry = Schema<"SettingEntry">;
type Setting = Stored<Entry>;
interface Row {
  known: Known;
  setting: Setting | undefined;
}

/** What acts on every server at once, and what this server logs. */
export function SettingsPage() {
  const [editing, setEditing] = useState<Row | undefined>();
  const [removing, setRemoving] = useState<Setting | undefined>();
  const may = useMayWrite("setting");
  const list = useSearch("/api/v1/settings/search", { sort: "name" });
  const settings = list.items as Setting[];
  const rows = KNOWN.map((known): Row => ({ known, setting: settings.find(({ name }) => name === known.name) }));
  const mayEdit = ({ setting }: Row) => (setting ? may.update && setting.origin === "" : may.create);
  const columns: Column<Row>[] = [
    {
      id: "title",
      title: "Setting",
      width: "2.3fr",
      wrap: true,
      cell: ({ known }) => (
        <div>
          <div>{known.title}</div>
          <Address value={known.name} />
        </div>
      ),
    },
    { id: "value", title: "Value", width: "1.5fr", wrap: true, cell: ({ known, setting }) => (setting ? <strong>{shownValue(known, setting.document.value)}</strong> : <span>{known.unset} <Badge>Default</Badge></span>) },
    { id: "help", title: "What it does", width: "2.4fr", wrap: true, cell: ({ known }) => known.help },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ setting }) => setting && <Origin value={setting.origin} /> },
    { id: "updated", title: "Changed", width: "110px", cell: ({ setting }) => setting && <Time value={setting.updated_at} /> },
    {
      id: "actions",
      title: "",
      width: "130px",
      end: true,
      cell: (row) => (
        <>
          {mayEdit(row) && (
            <Button kind="quiet" label={`${row.setting ? "Change" : "Set"} ${row.known.name}`} onPress={() => setEditing(row)} small>
              {row.setting ? "Change" : "Set"}
            </Button>
          )}
          {row.setting && row.setting.origin === "" && may.delete && (
            <Button kind="quiet" label={`Unset ${row.known.name}`} onPress={() => setRemoving(row.setting)} small>
              Unset
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <Page description="They act on every server within a second. What a server is started with is not changed here." title="Settings">
      <Filters end={<ExportMenu asked={list.asked} name="settings" />}>{null}</Filters>
      <Table columns={columns} empty={null} label="Settings" list={fixedList(list.isLoading || list.error ? undefined : rows, { error: list.error, retry: list.retry })} onOpen={(row) => mayEdit(row) && setEditing(row)} rowId={({ known }) => known.name} />
      <LogLevels />
      {editing && <EditSetting onClose={() => setEditing(undefined)} row={editing} />}
      <DeleteStored
        consequence={<>What counts then: {KNOWN.find(({ name }) => name === removing?.name)?.unset.toLowerCase()}. It is in force on every server within a second.</>}
        entry={removing}
        kind="setting"
        onClose={() => setRemoving(undefined)}
        path="/api/v1/settings"
        words={["Unset", "unset"]}
      />
    </Page>
  );
}

function EditSetting({ row, onClose }: { row: Row; onClose: () => void }) {
  const { known, setting } = useOpened(row);
  const [text, setText] = useState(setting ? String(setting.document.value) : (known.options?.[0]?.value ?? ""));
  const queries = useQueryClient();
  const save = useSave<Entry>("/api/v1/settings", setting, (saved) => {
    onClose();
    toast(
      `${known.title}: ${shownValue(known, saved.document.value)}`,
      setting
        ? {
            undo: async () => {
              await writeStored("/api/v1/settings", saved, setting.document);
              await storedChanged(queries, "/api/v1/settings");
            },
          }
        : {},
    );
  });
  const isNumber = known.kind === "whole" || known.kind === "number";
  const run = () => save.mutate({ name: known.name, value: isNumber && text.trim() !== "" ? Number(text) : text } as Entry);
  const field = { label: known.title, value: text, onChange: setText, error: (save.error as ApiError | null)?.at("/value") };
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" pending={save.isPending} type="submit">
            Save
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={() => !save.isPending && run()}
      open
      title={setting ? "Change a setting" : "Set a setting"}
    >
      <Stack>
        {known.options ? <Select options={known.options} {...field} /> : <TextField autoFocus help={known.unit === undefined ? known.help : `In ${known.unit}. ${known.help}`} mono={!isNumber} type={isNumber ? "number" : "text"} {...field} />}
        <div>Without it: {known.unset.toLowerCase()}.</div>
        <SaveNotice error={save.error} meanwhile={meanwhileOf(save, (before, newer, keepsTyped) => setText((now) => (keepsTyped ? merged(String(before.value), now, String(newer.value)) : String(newer.value))))} onRetry={run} />
      </Stack>
    </Dialog>
  );
}
