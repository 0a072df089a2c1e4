import { useEffect, useRef, useState } from "react";
import { Button } from "./button";
import { Input, Label, TextField as AriaTextField, FieldError, Text, TextArea } from "react-aria-components/TextField";
import styles from "./field.module.css";
import extra from "./settings.module.css";
import { Icon } from "./icon";
import { cx } from "./cx";

export interface SecretFieldProps {
  label: string;
  /** What is sent: a text, or where the secret is kept. */
  value: unknown;
  onChange: (value: unknown) => void;
  /** What the API said of it when it was read: never the secret itself. */
  stored: unknown;
  help?: string;
  error?: string | undefined;
  required?: boolean;
  disabled?: boolean;
  /** As many bytes as it has at least: a dialog or page with a shorter one is not sent. */
  least?: number;
  /** Lines, for keys in PEM form. */
  rows?: number;
}

/** Where a secret is kept, in words. */
export function secretPlace(reference: unknown): string | undefined {
  if (typeof reference !== "object" || reference === null) return undefined;
  const { env, file, sealed } = reference as { env?: string; file?: string; sealed?: boolean };
  if (env) return `In the environment variable ${env}`;
  if (file) return `In the file ${file}`;
  return sealed ? "Set, and kept sealed" : undefined;
}

/** A secret that is written and never read. One that is there stays unless another is typed. */
export function SecretField({ label, value, onChange, stored, help, error: refused, required, least = 0, disabled, rows }: SecretFieldProps) {
  const place = secretPlace(stored);
  const [isReplacing, setIsReplacing] = useState(place === undefined);
  const [isLeft, setIsLeft] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const bytes = typeof value === "string" ? new TextEncoder().encode(value).length : 0;
  const short = bytes > 0 && bytes < least ? `At least ${least} bytes: it has ${bytes}.` : undefined;
  useEffect(() => {
    const field = input.current;
    field?.setCustomValidity(short ?? "");
    const told = () => setIsLeft(true);
    field?.addEventListener("invalid", told);
    return () => field?.removeEventListener("invalid", told);
  }, [short]);
  const error = refused ?? (isLeft ? short : undefined);
  if (!isReplacing && error === undefined) {
    return (
      <div className={styles.field}>
        <span className={styles.label}>{label}</span>
        <div className={extra.sealed}>
          <Icon name="lock" />
          <span>{place}</span>
          {!disabled && (
            <Button
              label={`Replace ${label.toLowerCase()}`}
              onPress={() => {
                setIsReplacing(true);
                onChange(undefined);
              }}
              small
            >
              Replace
            </Button>
          )}
        </div>
      </div>
    );
  }
  const said = help ?? "It is sealed, and nobody can read it again.";
  return (
    <div className={styles.field}>
      <AriaTextField
        autoComplete="new-password"
        className={styles.field ?? ""}
        isDisabled={disabled ?? false}
        isInvalid={error !== undefined}
        isRequired={(required ?? false) && place === undefined}
        onBlur={() => setIsLeft(true)}
        onChange={(text) => onChange(text === "" ? undefined : text)}
        type={rows === undefined ? "password" : "text"}
        validationBehavior="aria"
        value={typeof value === "string" ? value : ""}
      >
        <Label className={styles.label ?? ""}>
          {label}
          {!required && place === undefined && <span className={styles.optional}>optional</span>}
        </Label>
        {rows === undefined ? <Input className={cx(styles.input, styles.mono)} ref={input} spellCheck={false} /> : <TextArea className={cx(styles.input, styles.mono)} rows={rows} spellCheck={false} />}
        {error === undefined && (
          <Text className={styles.help ?? ""} slot="description">
            {said}
          </Text>
        )}
        <FieldError className={styles.error ?? ""}>{error}</FieldError>
      </AriaTextField>
      {place !== undefined && (
        <div>
          <Button
            kind="quiet"
            onPress={() => {
              setIsReplacing(false);
              onChange(stored);
            }}
            small
          >
            Keep the one that is set
          </Button>
        </div>
      )}
    </div>
  );
}
