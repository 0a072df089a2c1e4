import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { type ApiError, deleteStored, storedChanged, useAllowed, useAreRightsKnown, useMayWrite, useSave, useStored } from "../../api";
import { useParam } from "../../shell/root";
import { Button, ConfirmDialog, CopyAsCurl, ErrorState, FieldRow, FormActions, ManagedNotice, Notice, Page, Panel, SaveNotice, SkeletonLines, Stack, Switch, TextField, YamlEditor, meanwhileOf, merged, placesIn, toast, useFollowing, useFragmentState, useUnsaved } from "../../ui";
import { DryRun } from "./dry-run";
import { ALWAYS, type Detection, EXAMPLE, type Entry, type Packed, usePack } from "./words";

const CRUMBS = [["Detections", "/detections"]] as const;
const DEFAULTS = { pack: "" };

/** A new one, or one in the place of a rule of the pack. */
export function NewDetectionPage() {
  const [state] = useFragmentState(DEFAULTS);
  const pack = usePack();
  const areRightsKnown = useAreRightsKnown();
  if (!areRightsKnown) {
    return (
      <Page breadcrumbs={CRUMBS} title={state.pack || "New detection"}>
        <Panel>
          <SkeletonLines lines={10} />
        </Panel>
      </Page>
    );
  }
  if (state.pack === "") return <Editing key="new" />;
  const packed = pack.data?.find(({ name }) => name === state.pack);
  if (packed) return <Editing key={packed.name} packed={packed} />;
  return (
    <Page breadcrumbs={CRUMBS} title={state.pack}>
      {pack.error ? <ErrorState error={pack.error} onRetry={() => void pack.refetch()} /> : pack.data ? <Notice kind="warn" title="There is no such rule">None of the rules that come with Casemate has this name.</Notice> : <Panel><SkeletonLines lines={8} /></Panel>}
    </Page>
  );
}

/** One that is there. */
export function DetectionPage() {
  const id = useParam("id");
  const query = useStored<Entry>("/api/v1/detections", id);
  const pack = usePack();
  if (query.data && pack.data) {
    const packed = pack.data.find(({ name }) => name === query.data.name);
    return <Editing detection={query.data} key={query.data.id} {...(packed ? { packed } : {})} />;
  }
  const error = query.error ?? pack.error;
  return (
    <Page breadcrumbs={CRUMBS} title="Detection">
      {error ? <ErrorState error={error} onRetry={() => void (query.error ? query.refetch() : pack.refetch())} /> : <Panel><SkeletonLines lines={10} /></Panel>}
    </Page>
  );
}

/** What is wrong with the text of rules, wherever the API says it. */
export function mistakesOf(error: ApiError | null): string[] {
  if (!error) return [];
  const said = error.mistakes.filter(({ pointer }) => pointer === "/rules").map(({ message }) => message);
  return said.length > 0 ? said : error.detail !== undefined ? [error.detail] : [];
}

function Editing({ detection, packed }: { detection?: Detection; packed?: Packed }) {
  const begin = detection?.document;
  const [name, setName] = useState(detection?.name ?? packed?.name ?? "");
  const [title, setTitle] = useState(begin?.title ?? "");
  const [rules, setRules] = useState(begin?.rules ?? packed?.text ?? EXAMPLE);
  const [isOn, setIsOn] = useState(begin?.disabled !== true);
  const [isDeleting, setIsDeleting] = useState(false);
  const [tried, setTried] = useState<ApiError | null>(null);
  const may = useMayWrite("detection");
  const mayTry = useAllowed("casemate.detection.try") === true;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const isEditable = detection ? may.update && detection.origin === "" : may.create;
  const save = useSave<Entry>("/api/v1/detections", detection, (saved) => {
    toast(detection ? `${saved.name} was changed` : `${saved.name} looks at what comes on record from now on`);
    if (!detection) void navigate({ to: `/detections/${saved.id}`, search: true } as never);
  });
  const isPackText = packed !== undefined && rules === packed.text;
  const begun = save.opened?.document;
  const isChanged = name !== (save.opened?.name ?? packed?.name ?? "") || title.trim() !== (begun?.title ?? "") || rules !== (begun?.rules ?? packed?.text ?? EXAMPLE) || isOn !== (begun?.disabled !== true);
  const unsaved = useUnsaved(isEditable && isChanged, "This detection", save);
  const fieldsOf = (entry: Entry) => ({ title: entry.title ?? "", rules: entry.rules ?? packed?.text ?? EXAMPLE, isOn: entry.disabled !== true });
  const fill = (fields: ReturnType<typeof fieldsOf>) => {
    setTitle(fields.title);
    setRules(fields.rules);
    setIsOn(fields.isOn);
  };
  const isBehind = useFollowing(save, detection, isChanged, (newer) => fill(fieldsOf(newer)));
  const take = (before: Entry, newer: Entry, keepsTyped: boolean) => fill(keepsTyped ? merged(fieldsOf(before), { title, rules, isOn }, fieldsOf(newer)) : fieldsOf(newer));
  const document: Entry = { name: name.trim(), ...(title.trim() === "" ? {} : { title: title.trim() }), ...(isPackText ? {} : { rules }), ...(isOn ? {} : { disabled: true }) };
  const error = save.error ?? tried;
  const wrong = useMemo(() => placesIn(mistakesOf(error)), [error]);
  const run = () => {
    setTried(null);
    save.mutate(document);
  };
  const heading = detection?.name ?? packed?.name ?? "New detection";
  return (
    <Page
      actions={
        <>
          {detection && <CopyAsCurl path={`/api/v1/detections/${detection.id}`} />}
          {detection && may.delete && detection.origin === "" && (
            <Button icon="trash" onPress={() => setIsDeleting(true)}>
              {packed ? "Back to the pack's" : "Delete"}
            </Button>
          )}
        </>
      }
      breadcrumbs={CRUMBS}
      title={heading}
    >
      {detection && <ManagedNotice origin={detection.origin} />}
      {packed && !detection && (
        <Notice title="It comes with Casemate">
          {packed.rules.map(({ description }) => description).join(" ")} {packed.name === ALWAYS ? "It is looked for always, whatever stands beside it." : "What you save here stands in its place."}
        </Notice>
      )}
      <Panel title="Rules">
        <Stack>
          <FieldRow>
            <TextField disabled={packed !== undefined || detection !== undefined || !isEditable} error={save.error?.at("/name")} label="Name" mono onChange={setName} placeholder="provider-from-outside" required value={name} />
            <TextField disabled={!isEditable} error={save.error?.at("/title")} label="Title" onChange={setTitle} optional value={title} />
          </FieldRow>
          <YamlEditor
            label="Sigma rules"
            value={rules}
            wrong={wrong}
            {...(isEditable
              ? {
                  onChange: (text: string) => {
                    setRules(text);
                    if (error) {
                      setTried(null);
                      save.reset();
                    }
                  },
                }
              : {})}
          />
          {isEditable && (
            <Switch help="Switched off, it finds nothing. That somebody switches it off is an alert itself." onChange={setIsOn} selected={isOn}>
              Active
            </Switch>
          )}
          <SaveNotice error={save.error} isBehind={isBehind} meanwhile={meanwhileOf(save, take)} onRetry={run} />
          {isEditable && (
            <FormActions>
              {packed && !isPackText && <Button onPress={() => setRules(packed.text)}>The pack's text</Button>}
              <Button kind="primary" onPress={run} pending={save.isPending}>
                {detection ? "Save" : packed ? "Put in its place" : "Create detection"}
              </Button>
            </FormActions>
          )}
        </Stack>
      </Panel>
      {mayTry && <DryRun onError={setTried} rules={rules} />}
      {unsaved.dialog}
      <ConfirmDialog
        consequence={packed ? "The rule of the pack is looked for again, with its own text." : "Nothing is looked for by it any more. Its alerts stay. That it was deleted makes an alert."}
        onClose={() => setIsDeleting(false)}
        onConfirm={() => (detection ? deleteStored("/api/v1/detections", detection) : Promise.resolve())}
        onDone={() => {
          void storedChanged(queries, "/api/v1/detections");
          toast(`${heading} was deleted`);
          void navigate({ to: "/detections", search: true } as never);
        }}
        open={isDeleting}
        title={packed ? `Take your ${heading} away?` : `Delete ${heading}?`}
        verb={packed ? "Take away" : "Delete detection"}
      />
    </Page>
  );
}
