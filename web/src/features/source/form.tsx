import { useState } from "react";
import { useMayWrite, useSave, useSearch } from "../../api";
import { Button, Checkbox, ComboBox, CopyAsCurl, Dialog, FieldRow, ListField, ManagedNotice, More, SaveNotice, SecretField, Select, TextField, meanwhileOf, toast, useDocument, withoutEmptyParts } from "../../ui";
import type { Entry, Source } from "./list";

const KINDS = [
  { value: "claim", label: "A claim", help: "Of verified tokens: a list of permissions." },
  { value: "http", label: "An endpoint", help: "It is asked by POST, signed." },
  { value: "file", label: "A file", help: "In a folder of the server." },
];

/** Makes a source, changes or shows one. */
export function SourceForm({ source, onClose }: { source?: Source; onClose: () => void }) {
  const [initial] = useState<Entry>(() => source?.document ?? ({ name: "" } as Entry));
  const [kind, setKind] = useState(() => KINDS.find(({ value }) => value in initial)?.value ?? (source ? "resources" : "claim"));
  const may = useMayWrite("source");
  const isEditable = source ? may.update && source.origin === "" : may.create;
  const providers = useSearch("/api/v1/providers/search", { sort: "name" });
  const save = useSave<Entry>("/api/v1/sources", source, (saved) => {
    onClose();
    toast(source ? `${saved.name} was changed` : `${saved.name} was made`);
  });
  const form = useDocument(initial, save.error, isEditable);
  const run = () => {
    const others = KINDS.map(({ value }) => value).filter((value) => value !== kind);
    const own = Object.fromEntries(Object.entries(form.document).filter(([name]) => !others.includes(name)));
    save.mutate(withoutEmptyParts(own, [kind]) as Entry);
  };
  return (
    <Dialog
      actions={
        <>
          {source && <CopyAsCurl path={`/api/v1/sources/${source.id}`} />}
          <Button onPress={onClose}>{isEditable ? "Cancel" : "Close"}</Button>
          {isEditable && (
            <Button kind="primary" pending={save.isPending} type="submit">
              {source ? "Save" : "Create source"}
            </Button>
          )}
        </>
      }
      onClose={onClose}
      onSubmit={() => isEditable && !save.isPending && run()}
      open
      title={source?.name ?? "New permission source"}
      wide
    >
      {source && <ManagedNotice origin={source.origin} />}
      <FieldRow>
        <TextField autoFocus label="Name" required {...form.text("/name")} />
        <TextField label="Title" optional {...form.text("/title")} />
      </FieldRow>
      {!source && <Select label="Kind" onChange={setKind} options={KINDS} value={kind} />}
      {kind !== "resources" && (
        <>
          <ComboBox free label="Provider" options={providers.items.map(({ name }) => ({ value: name, label: name }))} help="Of whose people it tells." {...form.text("/provider")} />
          <ListField help="Name patterns that it may hand out, such as shop.order.*. You have to hold them yourself." label="Ceiling" mono required {...form.list("/ceiling")} />
        </>
      )}
      {kind === "claim" && <TextField label="Claim" mono placeholder="permissions" required {...form.text("/claim")} />}
      {kind === "file" && <TextField help="In sources.folder, ending in .toml or .json." label="File" mono required {...form.text("/file")} />}
      {(kind === "http" || (kind === "resources" && initial.http)) && (
        <>
          <TextField help="https, or http on the machine of the server." label="URL" mono required {...form.text("/http/url")} />
          <SecretField help="At least 32 bytes. Requests are signed with it." label="Signing secret" least={32} required {...form.secret("/http/signing_secret")} />
          <Checkbox help="With the same secret: one that is not is refused." {...form.flag("/http/signed_answers")}>
            Answers are signed too
          </Checkbox>
          <More title="What it is told, and limits">
            <ListField help="login, groups, or claims.NAME." label="Told beside who it is" mono optional {...form.list("/http/reads")} />
            <FieldRow>
              <TextField help="60 where nothing is said." label="Answer kept, seconds" optional {...form.number("/http/max_cache_seconds")} />
              <TextField help="3,000 where nothing is said." label="Time-out, ms" optional {...form.number("/http/timeout_milliseconds")} />
              <TextField help="65,536 where nothing is said." label="Largest answer, bytes" optional {...form.number("/http/max_answer_bytes")} />
            </FieldRow>
          </More>
        </>
      )}
      {(kind === "http" || kind === "file") && (
        <FieldRow>
          <ListField help="Such as user." label="Only types" optional {...form.list("/types")} />
          <ListField label="Only tenants" optional {...form.list("/tenants")} />
        </FieldRow>
      )}
      <SaveNotice error={save.error} meanwhile={meanwhileOf(save, form.take)} onRetry={run} />
    </Dialog>
  );
}
