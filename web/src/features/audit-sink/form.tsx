import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useSave } from "../../api";
import { Button, Dialog, type DocumentForm, FieldRow, ListField, More, SaveNotice, Select, TextField, meanwhileOf, readAt, toast, useDocument, withoutEmptyParts } from "../../ui";
import { Destination } from "./destination";
import { type Entry, KINDS, KIND_TITLES, type Kind, type Sink, kindOf } from "./words";

const KIND_HELP: Record<Kind, string> = {
  webhook: "CloudEvents by POST, signed. Any 2xx acknowledges.",
  syslog: "RFC 5424 over TLS. Syslog itself acknowledges nothing.",
  nats: "One message for each event, acknowledged by the stream.",
  file: "NDJSON in a folder of the server, flushed to the disk.",
};

/** Makes a sink, or changes one. */
export function SinkForm({ sink, onClose }: { sink?: Sink; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>(sink ? kindOf(sink.document) : "webhook");
  const [initial] = useState<Entry>(() => sink?.document ?? ({ name: "" } as Entry));
  const navigate = useNavigate();
  const save = useSave<Entry>("/api/v1/audit-sinks", sink, (saved) => {
    onClose();
    toast(sink ? `${saved.name} was changed` : `${saved.name} was made. It begins to be sent to within seconds`);
    if (!sink) void navigate({ to: `/audit-sinks/${saved.id}`, search: true } as never);
  });
  const form = useDocument(initial, save.error);
  const run = () => {
    if (save.isPending) return;
    const others = new Set<string>(KINDS.filter((other) => other !== kind));
    const own = Object.fromEntries(Object.entries(form.document).filter(([name]) => !others.has(name)));
    save.mutate(withoutEmptyParts({ [kind]: {}, ...own }, [kind]) as unknown as Entry);
  };
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" pending={save.isPending} type="submit">
            {sink ? "Save" : "Create sink"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={sink ? `Edit ${sink.name}` : "New audit sink"}
      wide
    >
      <FieldRow>
        <TextField autoFocus label="Name" required {...form.text("/name")} />
        <TextField label="Title" optional {...form.text("/title")} />
      </FieldRow>
      {!sink && <Select help={KIND_HELP[kind]} label="Kind" onChange={(value) => setKind(value as Kind)} options={KINDS.map((value) => ({ value, label: KIND_TITLES[value], help: KIND_HELP[value] }))} value={kind} />}
      <Destination form={form} kind={kind} />
      <Which form={form} isNew={!sink} />
      <SaveNotice error={save.error} meanwhile={meanwhileOf(save, form.take)} onRetry={run} />
    </Dialog>
  );
}

function Which({ form, isNew }: { form: DocumentForm; isNew: boolean }) {
  return (
    <More open={readAt(form.document, "/only") !== undefined || form.list("/tenants").values.length > 0} title="Which events, and how they are written">
      <FieldRow>
        <Select
          label="Format"
          options={[
            { value: "event", label: "Casemate's own", help: "The events as they are on record, with their place." },
            { value: "ocsf", label: "OCSF", help: "Open Cybersecurity Schema Framework, for SIEMs." },
          ]}
          {...form.choice("/format", "event")}
        />
        {isNew && (
          <Select
            label="Begin"
            options={[
              { value: "beginning", label: "At the beginning", help: "All that is on record is sent." },
              { value: "now", label: "Now", help: "Only what comes on record from now on." },
            ]}
            {...form.choice("/from", "beginning")}
          />
        )}
      </FieldRow>
      <FieldRow>
        <ListField help="Such as update, decision, sign-in." label="Only kinds" optional {...form.list("/only/kinds")} />
        <ListField help="success, denied, failure." label="Only outcomes" optional {...form.list("/only/outcomes")} />
      </FieldRow>
      <FieldRow>
        <ListField help="Such as role, provider." label="Only areas" optional {...form.list("/only/areas")} />
        <ListField help="What actions begin with: casemate.role." label="Only actions" mono optional {...form.list("/only/actions")} />
      </FieldRow>
      <ListField help="Of all tenants and the installation, where none is named." label="Only tenants" optional {...form.list("/tenants")} />
    </More>
  );
}
