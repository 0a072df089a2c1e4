import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox } from "react-aria-components/Checkbox";
import { Switch as AriaSwitch } from "react-aria-components/Switch";
import styles from "./field.module.css";
import { Icon } from "./icon";

interface ChoiceProps {
  children?: ReactNode;
  /** In place of children, where there is no room for words. */
  label?: string;
  selected: boolean;
  onChange: (selected: boolean) => void;
  help?: string;
  disabled?: boolean;
}

function Words({ children, help }: { children?: ReactNode; help?: string | undefined }) {
  if (children === undefined) return null;
  return (
    <span className={styles.choiceText}>
      {children}
      {help !== undefined && <span className={styles.help}>{help}</span>}
    </span>
  );
}

/** Yes or no, which counts when the form is sent. */
export function Checkbox({ children, label, selected, onChange, help, disabled, some }: ChoiceProps & { some?: boolean }) {
  return (
    <AriaCheckbox aria-label={label} className={styles.choice ?? ""} isDisabled={disabled ?? false} isIndeterminate={some ?? false} isSelected={selected} onChange={onChange}>
      <span className={styles.box}>
        <Icon name="check" size={12} />
      </span>
      <Words help={help}>{children}</Words>
    </AriaCheckbox>
  );
}

/** On or off, which counts at once. */
export function Switch({ children, label, selected, onChange, help, disabled }: ChoiceProps) {
  return (
    <AriaSwitch aria-label={label} className={styles.choice ?? ""} isDisabled={disabled ?? false} isSelected={selected} onChange={onChange}>
      <span className={styles.track} />
      <Words help={help}>{children}</Words>
    </AriaSwitch>
  );
}
