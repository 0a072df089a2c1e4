import { useEffect, useId, useState } from "react";
import { useSchemas, ownerOf } from "../../api";
import { Button, ComboBox, Panel, TextField, TypedField } from "../../ui";
import { type Asked, type Mistakes, objectOf } from "./question";
import styles from "./why.module.css";
import { Who } from "./who";

/** The question: who, what, and on which resource with which properties. */
export function WhyForm({ asked, onAsk, mistakes, isBusy }: { asked: Asked; onAsk: (asked: Asked) => void; mistakes: Mistakes; isBusy: boolean }) {
  const [draft, setDraft] = useState(asked);
  const key = JSON.stringify(asked);
  useEffect(() => setDraft(asked), [key]);
  const set = (changes: Partial<Asked>) => setDraft((now) => ({ ...now, ...changes }));
  const { schemas } = useSchemas();
  const names = (schemas ?? []).flatMap((schema) => schema.permissions.map(({ name, title }) => ({ value: name, label: name, help: title ?? schema.title }))).filter((one) => !/[*?{]/.test(one.value));
  const offered = names.filter(({ value }) => value.includes(draft.action.trim()) && (draft.action !== "" || !value.startsWith("casemate."))).slice(0, 60);
  const owner = ownerOf(schemas ?? [], draft.action);
  const patterns = owner?.permissions.filter(({ name }) => /[*?{]/.test(name)).map(({ name }) => name) ?? [];
  return (
    <Panel title="Question">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onAsk(draft);
        }}
      >
        <Who error={mistakes.who} onChange={(who) => set({ who })} value={draft.who} />
        <ComboBox
          error={mistakes.action}
          free
          help={patterns.length > 0 ? `${owner?.title} declares ${patterns.join(", ")}.` : "The requested name, without wildcards."}
          label="May do"
          onChange={(action) => set({ action })}
          onType={() => undefined}
          options={offered}
          placeholder="shop.order.update"
          value={draft.action}
        />
        <div className={styles.pair}>
          <TextField error={mistakes.type} label="Resource type" mono onChange={(type) => set({ type })} optional value={draft.type} />
          <TextField error={mistakes.id} label="Resource id" mono onChange={(id) => set({ id })} optional value={draft.id} />
        </div>
        {draft.type !== "" && <Attributes draft={draft} error={mistakes.properties} onChange={(properties) => set({ properties })} />}
        <details className={styles.more} open={draft.action_properties !== "" || draft.context !== ""}>
          <summary>Action properties and context</summary>
          <div className={styles.form}>
            <TextField error={mistakes.action_properties} help="A JSON object: what else is known of the action." label="Action properties" mono onChange={(action_properties) => set({ action_properties })} optional rows={2} value={draft.action_properties} />
            <TextField error={mistakes.context} help="A JSON object: what the application adds." label="Context" mono onChange={(context) => set({ context })} optional rows={2} value={draft.context} />
          </div>
        </details>
        <div>
          <Button icon="search" kind="primary" pending={isBusy} type="submit">
            Explain
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Attributes({ draft, onChange, error }: { draft: Asked; onChange: (text: string) => void; error?: string | undefined }) {
  const { schemas } = useSchemas();
  const id = useId();
  const declared = Object.entries(ownerOf(schemas ?? [], draft.action)?.attributes ?? {}).filter(([name]) => name !== "id" && name !== "type");
  const read = objectOf(draft.properties);
  const value = "value" in read ? read.value : {};
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...rest } = value;
    const isNothing = next === "" || (Array.isArray(next) && next.length === 0);
    const all = isNothing ? rest : { ...rest, [name]: next };
    onChange(Object.keys(all).length === 0 ? "" : JSON.stringify(all));
  };
  return (
    <div aria-labelledby={id} className={styles.attributes} role="group">
      <div className={styles.legend} id={id}>
        Properties of the resource
      </div>
      {declared.length > 0 && "value" in read && (
        <div className={styles.pair}>
          {declared.map(([name, { type }]) => (
            <TypedField help={type} key={name} label={name} onChange={(next) => set(name, next)} type={type} value={value[name]} />
          ))}
        </div>
      )}
      <TextField error={error} help="The same as a JSON object. What a registered resource is known by counts more than what stands here." label="As JSON" mono onChange={onChange} optional rows={2} value={draft.properties} />
    </div>
  );
}
