import { Button, ComboBox as AriaComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components/ComboBox";
import { cx } from "./cx";
import styles from "./field.module.css";
import { Icon } from "./icon";
import menu from "./menu.module.css";
import type { Option } from "./select";

export interface ComboBoxProps {
  label: string;
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
  /** What is typed, for options that the server finds: they are not filtered here then. */
  onType?: (text: string) => void;
  /** Also what is no option may be typed. */
  free?: boolean;
  help?: string;
  error?: string | undefined;
  placeholder?: string;
  disabled?: boolean;
  autoFocus?: boolean;
  /** Says so beside the label. */
  optional?: boolean;
}

/** One of many, found by typing. */
export function ComboBox({ label, options, value, onChange, onType, free, help, error, placeholder, disabled, autoFocus, optional }: ComboBoxProps) {
  return (
    <AriaComboBox
      allowsCustomValue={free ?? false}
      allowsEmptyCollection={onType !== undefined && !free}
      autoFocus={autoFocus ?? false}
      className={styles.field ?? ""}
      isDisabled={disabled ?? false}
      isInvalid={error !== undefined}
      menuTrigger="focus"
      validationBehavior="aria"
      onSelectionChange={(key) => {
        if (key !== null) onChange(String(key));
        else if (!free) onChange("");
      }}
      selectedKey={options.some((option) => option.value === value) ? value : null}
      {...(onType ? { items: options.map((option) => ({ id: option.value, ...option })) } : { defaultItems: options.map((option) => ({ id: option.value, ...option })) })}
      {...(free ? { inputValue: options.find((option) => option.value === value)?.label ?? value } : {})}
      onInputChange={(text) => {
        onType?.(text);
        if (free) onChange(options.find((option) => option.label === text)?.value ?? text);
      }}
    >
      <Label className={styles.label ?? ""}>
        {label}
        {optional && <span className={styles.optional}>optional</span>}
      </Label>
      <div className={styles.combo}>
        <Input className={cx(styles.input)} placeholder={placeholder} spellCheck={false} />
        <Button className={styles.comboButton ?? ""}>
          <Icon name="chevronDown" size={14} />
        </Button>
      </div>
      {help !== undefined && error === undefined && (
        <Text className={styles.help ?? ""} slot="description">
          {help}
        </Text>
      )}
      <FieldError className={styles.error ?? ""}>{error}</FieldError>
      <Popover className={menu.popover ?? ""} offset={4}>
        <ListBox className={menu.list ?? ""} renderEmptyState={() => <div className={menu.empty}>Nothing is found</div>}>
          {(option: Option & { id: string }) => (
            <ListBoxItem className={menu.item ?? ""} id={option.id} textValue={option.label}>
              <span className={menu.text}>
                {option.label}
                {option.help !== undefined && <span className={menu.help}>{option.help}</span>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
