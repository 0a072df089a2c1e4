import { useId } from "react";
import { Button, FieldError, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue, Text } from "react-aria-components/Select";
import { cx } from "./cx";
import styles from "./field.module.css";
import { Icon } from "./icon";
import menu from "./menu.module.css";

export interface Option {
  value: string;
  label: string;
  /** What it means, under it. */
  help?: string;
}

export interface SelectProps {
  label: string;
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
  help?: string;
  error?: string | undefined;
  placeholder?: string;
  /** In a bar of filters: as wide as its text, the label before the value. */
  inline?: boolean;
  disabled?: boolean;
}

/** One of a few. Of many, with typing: `ComboBox`. */
export function Select({ label, options, value, onChange, help, error, placeholder, inline, disabled }: SelectProps) {
  const id = useId();
  return (
    <AriaSelect
      className={cx(styles.field, inline && styles.inline)}
      isDisabled={disabled ?? false}
      isInvalid={error !== undefined}
      onChange={(key) => onChange(String(key ?? ""))}
      placeholder={placeholder ?? "Choose"}
      validationBehavior="aria"
      value={options.some((option) => option.value === value) ? value : null}
    >
      <Label className={styles.label ?? ""}>{label}</Label>
      <Button aria-labelledby={inline ? id : undefined} className={cx(styles.input, styles.trigger)}>
        <span id={inline ? id : undefined}>
          {inline && <span className={styles.prefix}>{label}: </span>}
          <SelectValue>{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</SelectValue>
        </span>
        <Icon name="chevronDown" size={14} />
      </Button>
      {help !== undefined && (
        <Text className={styles.help ?? ""} slot="description">
          {help}
        </Text>
      )}
      <FieldError className={styles.error ?? ""}>{error}</FieldError>
      <Popover className={menu.popover ?? ""} offset={4}>
        <ListBox className={menu.list ?? ""} items={options.map((option) => ({ id: option.value, ...option }))}>
          {(option) => (
            <ListBoxItem className={menu.item ?? ""} id={option.value} textValue={option.label}>
              <span className={menu.check}>
                <Icon name="check" size={14} />
              </span>
              <span className={menu.text}>
                {option.label}
                {option.help !== undefined && <span className={menu.help}>{option.help}</span>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
