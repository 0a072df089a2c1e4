import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, storedChanged, useAllowed, useMayWrite, useSave, writeStored } from "../../api";
import { Button, EmptyState, FormActions, IconButton, ListField, Notice, Panel, SaveNotice, Stack, TextField, meanwhileOf, merged, toast, useFollowing, useUnsaved } from "../../ui";
import type { Entry, Provider } from "./products";
import styles from "./provider.module.css";
import { Trial } from "./trial";

interface Rule {
  key: number;
  when: string;
  groups: string[];
}

let nextKey = 1;
const mappingOf = (entry: Entry) => (entry.mapping ?? []).map(({ when, groups }) => ({ when, groups }));
const asRules = (entry: Entry): Rule[] => (entry.mapping ?? []).map(({ when, groups }) => ({ key: nextKey++, when, groups }));

/** Groups by what claims say: written here, and tried on claims. */
export function Mapping({ provider }: { provider: Provider }) {
  const [rules, setRules] = useState<Rule[]>(() => asRules(provider.document));
  const queries = useQueryClient();
  const may = useMayWrite("provider");
  const mayTry = useAllowed("casemate.provider.try") === true;
  const isEditable = may.update && provider.origin === "";
  const mapping = rules.map(({ when, groups }) => ({ when, groups }));
  const save = useSave<Entry>("/api/v1/providers", provider, (saved) => {
    toast(`The mapping of ${saved.name} is in force`, {
      undo: async () => {
        await writeStored("/api/v1/providers", saved, opened.document);
        await storedChanged(queries, "/api/v1/providers");
      },
    });
  });
  const opened = save.opened ?? provider;
  const isChanged = JSON.stringify(mapping) !== JSON.stringify(mappingOf(opened.document));
  const unsaved = useUnsaved(isChanged, `The mapping of ${provider.name}`, save);
  const isBehind = useFollowing(save, provider, isChanged, (newer) => setRules(asRules(newer)));
  const take = (before: Entry, newer: Entry, keepsTyped: boolean) => setRules(asRules({ ...newer, mapping: keepsTyped ? merged(mappingOf(before), mapping, mappingOf(newer)) : mappingOf(newer) }));
  const run = () => {
    const { mapping: _, ...rest } = opened.document;
    save.mutate(mapping.length === 0 ? (rest as Entry) : { ...rest, mapping });
  };
  const set = (key: number, changes: Partial<Rule>) => setRules((all) => all.map((rule) => (rule.key === key ? { ...rule, ...changes } : rule)));
  const add = () => setRules((all) => [...all, { key: nextKey++, when: "", groups: [] }]);
  return (
    <Stack>
      <Panel
        actions={
          isEditable && (
            <Button icon="plus" onPress={add} small>
              Add rule
            </Button>
          )
        }
        title="Groups by what claims say"
      >
        <Stack>
          <div>Whoever's claims fulfil a condition is in its groups, beside those that the provider names. What is assigned to the groups is theirs.</div>
          {rules.length === 0 && (
            <EmptyState compact icon="group" title="No rules">
              People are in the groups that the provider and the directory name, and no others.
            </EmptyState>
          )}
          {rules.map((rule, index) => (
            <RuleFields error={save.error} index={index} isEditable={isEditable} key={rule.key} onChange={(changes) => set(rule.key, changes)} onRemove={() => setRules((all) => all.filter((one) => one.key !== rule.key))} rule={rule} />
          ))}
          <SaveNotice error={save.error} isBehind={isBehind} meanwhile={meanwhileOf(save, take)} onRetry={run} />
          {isEditable && isChanged && (
            <>
              <Notice kind="warn" title="To change rules is to grant">
                They are in force within a second, also for sessions that are open. A rule that fails (a text where a number is compared) takes everything from whoever it is about until it is mended.
              </Notice>
              <FormActions>
                <Button
                  onPress={() => {
                    setRules(asRules(opened.document));
                    save.reset();
                  }}
                >
                  Discard
                </Button>
                <Button kind="primary" onPress={run} pending={save.isPending}>
                  Save rules
                </Button>
              </FormActions>
            </>
          )}
        </Stack>
      </Panel>
      {mayTry && <Trial isUnsaved={isChanged} provider={provider} />}
      {unsaved.dialog}
    </Stack>
  );
}

function RuleFields({ rule, index, error, isEditable, onChange, onRemove }: { rule: Rule; index: number; error: ApiError | null; isEditable: boolean; onChange: (changes: Partial<Rule>) => void; onRemove: () => void }) {
  const place = `/mapping/${index}`;
  const number = index + 1;
  return (
    <div aria-label={`Rule ${number}`} className={styles.rule} role="group">
      <TextField disabled={!isEditable} error={error?.at(`${place}/when`)} label={`When (rule ${number})`} mono onChange={(when) => onChange({ when })} placeholder='claims.department == "finance"' rows={2} value={rule.when} />
      {isEditable ? (
        <ListField error={error?.at(`${place}/groups`)} label={`In groups (rule ${number})`} onChange={(groups) => onChange({ groups })} values={rule.groups} />
      ) : (
        <TextField disabled label={`In groups (rule ${number})`} onChange={() => undefined} rows={2} value={rule.groups.join("\n")} />
      )}
      <div className={styles.ruleEnd}>{isEditable && <IconButton icon="trash" label={`Remove rule ${number}`} onPress={onRemove} />}</div>
    </div>
  );
}
