import { type KeyboardEvent, useId, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { cx } from "./cx";
import styles from "./field.module.css";
import { Icon } from "./icon";
import { Select } from "./select";
import { TextField } from "./text-field";
import typed from "./typed-field.module.css";

export interface TypedFieldProps {
  label: string;
  /** As schemas call it: bool, int, double, string, timestamp, duration, or a list such as list<string>. */
  type: string;
  value: unknown;
  /** What was typed; a text where it is none of the type, so that nothing is lost while somebody types. */
  onChange: (value: unknown) => void;
  help?: string | undefined;
  error?: string | undefined;
  autoFocus?: boolean;
  placeholder?: string;
}

/** What a text says where a number is wanted; the text itself where it is none. */
export function numberOf(text: string, isWhole: boolean): unknown {
  const said = text.trim();
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(said)) return text;
  const number = Number(said);
  return Number.isFinite(number) && (!isWhole || Number.isSafeInteger(number)) ? number : text;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const PLACEHOLDERS: Record<string, string> = { timestamp: "2026-12-31T00:00:00Z", duration: "24h" };

/** A value of a type that a schema declares. */
export function TypedField({ type, ...rest }: TypedFieldProps) {
  const element = /^list<(\w+)>$/.exec(type)?.[1];
  if (element !== undefined) return <ListField {...rest} element={element} />;
  if (type === "bool") return <BoolField {...rest} />;
  if (type === "int" || type === "double") return <NumberField {...rest} isWhole={type === "int"} />;
  const { label, value, onChange, help, error, autoFocus, placeholder = PLACEHOLDERS[type] } = rest;
  return <TextField autoFocus={autoFocus ?? false} error={error} help={help} label={label} mono onChange={onChange} value={shown(value)} {...(placeholder === undefined ? {} : { placeholder })} />;
}

type Rest = Omit<TypedFieldProps, "type">;

function BoolField({ label, value, onChange, help, error }: Rest) {
  return (
    <Select
      error={error}
      label={label}
      onChange={(word) => onChange(word === "true")}
      options={[
        { value: "true", label: "true" },
        { value: "false", label: "false" },
      ]}
      placeholder={value === undefined ? "Not said" : shown(value)}
      value={typeof value === "boolean" ? String(value) : ""}
      {...(help === undefined ? {} : { help })}
    />
  );
}

function NumberField({ label, value, onChange, help, error, isWhole, autoFocus }: Rest & { isWhole: boolean }) {
  const [text, setText] = useState(shown(value));
  // What was typed stays as it is while it says the same: "1.0" is no "1" to whoever goes on to "1.05".
  const now = numberOf(text, isWhole) === value ? text : shown(value);
  return (
    <TextField
      autoFocus={autoFocus ?? false}
      error={error}
      help={help}
      label={label}
      mono
      onChange={(next) => {
        setText(next);
        onChange(numberOf(next, isWhole));
      }}
      value={now}
    />
  );
}

function ListField({ label, value, onChange, help, error, element, autoFocus }: Rest & { element: string }) {
  const [text, setText] = useState("");
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const items: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const add = () => {
    const said = text.trim();
    if (said === "") return;
    const item = element === "int" || element === "double" ? numberOf(said, element === "int") : element === "bool" ? (said === "true" ? true : said === "false" ? false : said) : said;
    onChange([...items.filter((one) => one !== item), item]);
    setText("");
  };
  const remove = (at: number) => {
    onChange(items.filter((_, index) => index !== at));
    input.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter" && text.trim() !== "") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && items.length > 0) {
      event.preventDefault();
      remove(items.length - 1);
    }
  };
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={cx(typed.list, error !== undefined && typed.invalid)}>
        {items.map((item, index) => (
          <span className={typed.item} key={`${index}-${shown(item)}`}>
            {shown(item)}
            <AriaButton aria-label={`Remove ${shown(item)}`} className={typed.remove ?? ""} onPress={() => remove(index)}>
              <Icon name="x" size={12} />
            </AriaButton>
          </span>
        ))}
        <input
          aria-describedby={`${id}-help`}
          aria-invalid={error !== undefined}
          autoComplete="off"
          autoFocus={autoFocus ?? false}
          className={typed.input}
          id={id}
          onBlur={add}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={pressed}
          placeholder={items.length === 0 ? "Type one, then Enter" : "Another"}
          ref={input}
          spellCheck={false}
          value={text}
        />
      </div>
      <div className={error === undefined ? styles.help : styles.error} id={`${id}-help`}>
        {error ?? help ?? ""}
      </div>
    </div>
  );
}
