import { useEffect, useMemo, useRef, useState } from "react";
import { type PropertySchema, grantable, reached, useSchemas } from "../../api";
import { Badge, Button, ComboBox, IconButton, Select, TextField, TypedField } from "../../ui";
import type { Draft } from "./draft";
import styles from "./editor.module.css";
import { escaped } from "./located";

interface Props {
  draft: Draft;
  index: number;
  permission: unknown;
  autoFocus: boolean;
  isBroken: boolean;
  onChange: (permission: unknown) => void;
  onCopy: () => void;
  onRemove: () => void;
  onShow: () => void;
}

/** A value of a type to begin with: what restricts most, or nothing typed yet. */
function blank(type: string | undefined): unknown {
  if (type === "bool") return true;
  return type?.startsWith("list<") ? [] : "";
}

/** One permission: its name, whether it denies, and its properties as their schemas type them. */
export function PermissionCard({ draft, index, permission, autoFocus, isBroken, onChange, onCopy, onRemove, onShow }: Props) {
  const { schemas, mayRead } = useSchemas();
  // Nothing is said of a name before it is known what is declared.
  const isKnown = schemas !== undefined || mayRead === false;
  const card = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState<string | undefined>();
  useEffect(() => {
    if (added === undefined) return;
    const property = [...(card.current?.querySelectorAll<HTMLElement>("[data-property]") ?? [])].find((one) => one.dataset["property"] === added);
    property?.querySelector<HTMLElement>("input, button")?.focus();
  }, [added]);
  const pointer = `/permissions/${index}`;
  const isObject = typeof permission === "object" && permission !== null && !Array.isArray(permission);
  const members = isObject ? (permission as Record<string, unknown>) : {};
  const { name, deny, ...rest } = members;
  const pattern = typeof name === "string" ? name : "";
  const names = useMemo(() => grantable(schemas ?? []), [schemas]);
  const offered = names
    .filter(({ value }) => value.includes(pattern.trim()) && (pattern !== "" || !value.startsWith("casemate.")))
    .slice(0, 60)
    .map(({ value, help }) => ({ value, label: value, help }));
  const declared = useMemo(() => {
    const found = new Map<string, PropertySchema>();
    for (const one of reached(schemas ?? [], pattern)) for (const [property, schema] of Object.entries(one.properties)) if (!found.has(property)) found.set(property, schema);
    return found;
  }, [schemas, pattern]);
  const count = reached(schemas ?? [], pattern).length;
  const set = (property: string, value: unknown) => onChange({ ...members, [property]: value });
  const drop = (property: string) => {
    const { [property]: _, ...kept } = members;
    onChange(kept);
    setAdded(undefined);
    if (property !== "deny") card.current?.querySelector<HTMLElement>("input")?.focus();
  };
  const more = [...declared].filter(([property]) => !(property in rest));
  if (!isObject) {
    return (
      <div className={styles.card}>
        <TextField error={draft.at(pointer)} label={`Permission ${index + 1}`} mono onChange={(text) => onChange({ name: text })} value={JSON.stringify(permission)} />
        <IconButton icon="trash" label={`Remove permission ${index + 1}`} onPress={onRemove} />
      </div>
    );
  }
  return (
    <div aria-label={`Permission ${index + 1}`} className={styles.card} ref={card} role="group">
      <div className={styles.top}>
        <div className={styles.grow}>
          <ComboBox
            autoFocus={autoFocus}
            disabled={isBroken}
            error={draft.at(`${pointer}/name`) ?? (name === undefined ? draft.at(pointer) : undefined)}
            free
            help={pattern === "" ? "Such as shop.order.read, shop.order.{read,list} or shop.*" : !isKnown ? "Looking up what is declared." : count === 0 ? "No application declares it." : count === 1 ? (reached(schemas ?? [], pattern)[0]?.title ?? "One declared permission.") : `Reaches ${count} declared permissions.`}
            label="Name or pattern"
            onChange={(text) => onChange({ ...members, name: text })}
            onType={() => undefined}
            options={offered}
            value={pattern}
          />
        </div>
        <Select
          disabled={isBroken}
          error={draft.at(`${pointer}/deny`)}
          label="Effect"
          onChange={(effect) => {
            if (effect === "deny") onChange({ ...members, deny: true });
            else drop("deny");
          }}
          options={[
            { value: "allow", label: "Allows" },
            { value: "deny", label: "Denies", help: "Outweighs whatever allows" },
          ]}
          value={deny === true ? "deny" : "allow"}
        />
        <div className={styles.tools}>
          <IconButton icon="code" label={`Show permission ${index + 1} in the JSON`} onPress={onShow} />
          <IconButton icon="copy" label={`Duplicate permission ${index + 1}`} onPress={onCopy} />
          <IconButton icon="trash" label={`Remove permission ${index + 1}`} onPress={onRemove} />
        </div>
      </div>
      {Object.entries(rest).map(([property, value]) => {
        const schema = declared.get(property);
        return (
          <div className={styles.property} data-property={property} key={property}>
            <div className={styles.grow}>
              <Property error={draft.at(`${pointer}/${escaped(property)}`)} name={property} onChange={(next) => set(property, next)} schema={schema} value={value} />
            </div>
            <IconButton icon="x" label={`Without ${property}`} onPress={() => drop(property)} />
          </div>
        );
      })}
      <div className={styles.foot}>
        {more.map(([property, schema]) => (
          <Button disabled={isBroken} icon="plus" key={property} kind="quiet" onPress={() => {
              set(property, blank(schema.type));
              setAdded(property);
            }} small>
            {schema.title ?? property}
          </Button>
        ))}
        {Object.keys(rest).length === 0 && deny !== true && declared.size > 0 && <Badge>No restriction</Badge>}
      </div>
    </div>
  );
}

function Property({ name, schema, value, error, onChange }: { name: string; schema: PropertySchema | undefined; value: unknown; error: string | undefined; onChange: (value: unknown) => void }) {
  if (schema?.type === undefined) {
    const read = (text: string): unknown => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    };
    return <TextField error={error} help={schema?.opaque ? "Handed to the application as it is; JSON, or a text." : "JSON, or a text. No schema declares it."} label={schema?.title ?? name} mono onChange={(text) => onChange(read(text))} value={typeof value === "string" ? value : JSON.stringify(value)} />;
  }
  const isNothing = Array.isArray(value) && value.length === 0;
  return <TypedField error={error} help={isNothing ? "An empty list matches nothing: nobody is allowed anything by this permission." : `${name}, ${schema.type}${schema.opaque ? ", handed on" : ""}`} label={schema.title ?? name} onChange={onChange} type={schema.type} value={value} />;
}
