import { useState } from "react";
import { useMayWrite, useSave } from "../../api";
import { Button, Checkbox, CopyAsCurl, Dialog, FieldRow, ListField, ManagedNotice, SaveNotice, SecretField, Select, Switch, TextField, meanwhileOf, toast, useDocument, withoutEmptyParts } from "../../ui";
import type { Entry, Receiver } from "./list";

const LEVELS = [
  { value: "low", label: "Low" },
  { value: "medium", label: "Medium" },
  { value: "high", label: "High" },
  { value: "critical", label: "Critical" },
];

/** Makes a receiver, changes or shows one. */
export function ReceiverForm({ receiver, onClose, onTest }: { receiver?: Receiver; onClose: () => void; /** Tries it as it is stored. */ onTest?: (() => void) | undefined }) {
  const [initial] = useState<Entry>(() => receiver?.document ?? ({ name: "" } as Entry));
  const may = useMayWrite("alert-receiver");
  const isEditable = receiver ? may.update && receiver.origin === "" : may.create;
  const save = useSave<Entry>("/api/v1/alert-receivers", receiver, (saved) => {
    onClose();
    toast(receiver ? `${saved.name} was changed` : `${saved.name} is told of alerts from now on`);
  });
  const form = useDocument(initial, save.error, isEditable);
  const run = () => save.mutate(withoutEmptyParts(form.document));
  const disabled = form.flag("/disabled");
  // What is not saved is not what is tried.
  const isChanged = JSON.stringify(form.document) !== JSON.stringify(initial);
  return (
    <Dialog
      actions={
        <>
          {receiver && <CopyAsCurl path={`/api/v1/alert-receivers/${receiver.id}`} />}
          {receiver && onTest && (
            <Button disabled={isChanged} icon="send" onPress={onTest}>
              Test
            </Button>
          )}
          <Button onPress={onClose}>{isEditable ? "Cancel" : "Close"}</Button>
          {isEditable && (
            <Button kind="primary" pending={save.isPending} type="submit">
              {receiver ? "Save" : "Create receiver"}
            </Button>
          )}
        </>
      }
      onClose={onClose}
      onSubmit={() => isEditable && !save.isPending && run()}
      open
      title={receiver?.name ?? "New alert receiver"}
      wide
    >
      {receiver && <ManagedNotice origin={receiver.origin} />}
      <FieldRow>
        <TextField autoFocus label="Name" required {...form.text("/name")} />
        <Select label="From level" options={LEVELS} {...form.choice("/level", "medium")} />
      </FieldRow>
      <TextField label="Title" optional {...form.text("/title")} />
      <TextField help="https, or http on the machine of the server. Any 2xx will do." label="Webhook" mono optional placeholder="https://hooks.example.com/casemate" {...form.text("/webhook/url")} />
      {form.text("/webhook/url").value !== "" && (
        <>
          <SecretField help="At least 32 bytes. Requests are signed with it." label="Signing secret" least={32} required {...form.secret("/webhook/signing_secret")} />
          <Checkbox help="Alerts name people, and can be read on the way." {...form.flag("/webhook/allow_insecure_http")}>
            Accept http to another machine
          </Checkbox>
        </>
      )}
      <ListField help="It takes a mail server in the server's configuration." label="E-mail addresses" optional {...form.list("/mail")} />
      <Switch disabled={!isEditable} help="Switched off, it is told of nothing." onChange={(isOn) => disabled.onChange(!isOn)} selected={!disabled.selected}>
        Is told
      </Switch>
      <SaveNotice error={save.error} meanwhile={meanwhileOf(save, form.take)} onRetry={run} />
    </Dialog>
  );
}
