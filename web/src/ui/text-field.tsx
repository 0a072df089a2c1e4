import { FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from "react-aria-components/TextField";
import { cx } from "./cx";
import styles from "./field.module.css";

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What it is for, under it. */
  help?: string | undefined;
  /** What is wrong with it: `error.at("/login")`. */
  error?: string | undefined;
  /** Shown behind the label where it may be left empty. */
  optional?: boolean;
  required?: boolean;
  placeholder?: string;
  type?: "text" | "email" | "password" | "number" | "datetime-local" | "url";
  /** Lines of a longer text. */
  rows?: number;
  mono?: boolean;
  maxLength?: number;
  autoFocus?: boolean;
  disabled?: boolean;
  autoComplete?: string;
}

/** A text that is typed. */
export function TextField({ label, value, onChange, help, error, optional, required, placeholder, type = "text", rows, mono, maxLength, autoFocus, disabled, autoComplete = "off" }: TextFieldProps) {
  const className = cx(styles.input, mono && styles.mono);
  return (
    <AriaTextField
      autoComplete={autoComplete}
      autoFocus={autoFocus ?? false}
      className={styles.field ?? ""}
      isDisabled={disabled ?? false}
      isInvalid={error !== undefined}
      isRequired={required ?? false}
      onChange={onChange}
      type={type}
      validationBehavior="aria"
      value={value}
      {...(maxLength === undefined ? {} : { maxLength })}
    >
      <Label className={styles.label ?? ""}>
        {label}
        {optional && <span className={styles.optional}>optional</span>}
      </Label>
      {rows === undefined ? (
        <Input className={className} placeholder={placeholder} spellCheck={false} />
      ) : (
        <TextArea className={className} placeholder={placeholder} rows={rows} spellCheck={false} />
      )}
      {help !== undefined && error === undefined && (
        <Text className={styles.help ?? ""} slot="description">
          {help}
        </Text>
      )}
      <FieldError className={styles.error ?? ""}>{error}</FieldError>
    </AriaTextField>
  );
}
