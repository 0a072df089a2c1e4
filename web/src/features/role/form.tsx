import { useEffect, useRef, useState } from "react";
import { useAllowed, useSearch } from "../../api";
import { Button, ComboBox, EmptyState, IconButton, Panel, Stack, TextField, useKey } from "../../ui";
import type { Draft } from "./draft";
import styles from "./editor.module.css";
import { PermissionCard } from "./permission-card";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

/** The form: what the text says, field by field. Writing in it writes the text. */
export function RoleForm({ draft, isNew, onShow }: { draft: Draft; isNew: boolean; onShow: (pointer: string) => void }) {
  const { value } = draft;
  const permissions = listOf(value["permissions"]);
  const [fresh, setFresh] = useState<number | undefined>();
  const addButton = useRef<HTMLDivElement>(null);
  const isBroken = draft.broken !== undefined;
  const change = (changes: Record<string, unknown>) => {
    if (isBroken) return;
    const next = Object.fromEntries(Object.entries({ ...value, ...changes }).filter(([, member]) => member !== undefined));
    draft.set(next);
  };
  const text = (member: string, isOptional: boolean) => (said: string) => change({ [member]: said === "" && isOptional ? undefined : said });
  const add = () => {
    change({ permissions: [...permissions, { name: "" }] });
    setFresh(permissions.length);
  };
  useKey("a", add);
  const remove = (index: number) => {
    change({ permissions: permissions.filter((_, at) => at !== index) });
    addButton.current?.querySelector("button")?.focus();
  };
  return (
    <fieldset className={styles.fields} disabled={isBroken}>
      <Panel title="Role">
        <Stack>
          <div className={styles.pair}>
            <TextField autoFocus={isNew} disabled={isBroken} error={draft.at("/name") ?? (value["name"] === undefined ? draft.at("") : undefined)} help="What assignments and other roles call it." label="Name" mono onChange={text("name", false)} value={textOf(value["name"])} />
            <TextField disabled={isBroken} error={draft.at("/title")} help="For people." label="Title" onChange={text("title", true)} optional value={textOf(value["title"])} />
          </div>
          <TextField disabled={isBroken} error={draft.at("/description")} label="Description" onChange={text("description", true)} optional value={textOf(value["description"])} />
          <Extends draft={draft} isBroken={isBroken} onChange={(all) => change({ extends: all.length === 0 ? undefined : all })} value={listOf(value["extends"])} />
        </Stack>
      </Panel>
      <Panel
        actions={
          <div ref={addButton}>
            <Button disabled={isBroken} icon="plus" onPress={add} small>
              Add permission
            </Button>
          </div>
        }
        title={`Permissions (${permissions.length})`}
      >
        {permissions.length === 0 ? (
          <EmptyState compact icon="shield" title="It grants nothing yet">
            Add what whoever holds it may do. The order does not matter, and a denial outweighs everything.
          </EmptyState>
        ) : (
          <ol className={styles.cards}>
            {permissions.map((permission, index) => (
              <li key={index}>
                <PermissionCard
                  autoFocus={fresh === index}
                  draft={draft}
                  index={index}
                  isBroken={isBroken}
                  onChange={(next) => change({ permissions: permissions.map((one, at) => (at === index ? next : one)) })}
                  onCopy={() => {
                    change({ permissions: [...permissions.slice(0, index + 1), permission, ...permissions.slice(index + 1)] });
                    setFresh(index + 1);
                  }}
                  onRemove={() => remove(index)}
                  onShow={() => onShow(`/permissions/${index}`)}
                  permission={permission}
                />
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </fieldset>
  );
}

function Extends({ draft, value, onChange, isBroken }: { draft: Draft; value: unknown[]; onChange: (all: unknown[]) => void; isBroken: boolean }) {
  const [typed, setTyped] = useState("");
  const mayList = useAllowed("casemate.role.list") === true;
  const roles = useSearch("/api/v1/roles/search", { sort: "name" }, { enabled: mayList, limit: 1000 });
  const options = roles.items.filter((role) => role.name !== draft.value["name"] && !value.includes(role.name)).map((role) => ({ value: role.name, label: role.name, ...(role.document.title ? { help: role.document.title } : {}) }));
  const offered = options.filter((option) => option.label.includes(typed)).slice(0, 60);
  const add = () => {
    if (typed.trim() === "" || value.includes(typed.trim())) return;
    onChange([...value, typed.trim()]);
    setTyped("");
  };
  useEffect(() => {
    if (options.some((option) => option.value === typed)) add();
  }, [typed]);
  const wrongs = [draft.at("/extends"), ...value.map((_, index) => draft.at(`/extends/${index}`))].filter((one) => one !== undefined);
  return (
    <div className={styles.extends}>
      <ComboBox disabled={isBroken} error={wrongs[0]} free help="Their permissions and denials count as well." label="Extends roles" onChange={setTyped} onType={() => undefined} options={offered} placeholder="Choose a role" value={typed} />
      {value.length > 0 && (
        <ul className={styles.chips}>
          {value.map((name, index) => (
            <li key={index}>
              <code>{textOf(name)}</code>
              <IconButton icon="x" label={`Extend ${textOf(name)} no more`} onPress={() => onChange(value.filter((_, at) => at !== index))} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
