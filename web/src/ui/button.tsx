import type { ReactNode } from "react";
import { type PressEvent, Button as AriaButton } from "react-aria-components/Button";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon";
import { Link } from "./link";
import { Tooltip } from "./tooltip";
import { cx } from "./cx";

export type ButtonKind = "plain" | "primary" | "danger" | "caution" | "quiet";

interface Looks {
  /** How much it weighs: one `primary` a page; `danger` where something is lost; `caution` where that is asked first. */
  kind?: ButtonKind | undefined;
  small?: boolean | undefined;
  icon?: IconName | undefined;
}

export interface ButtonProps extends Looks {
  children: ReactNode;
  onPress?: ((event: PressEvent) => void) | undefined;
  type?: "button" | "submit";
  disabled?: boolean | undefined;
  /** Something is under way: it stays where it is, and cannot be pressed. */
  pending?: boolean | undefined;
  label?: string;
  autoFocus?: boolean;
  form?: string;
}

function looks({ kind = "plain", small }: Looks, alone = false): string {
  return cx(styles.button, kind !== "plain" && styles[kind], small && styles.small, alone && styles.icon);
}

/** Does something. What leads somewhere is a `LinkButton`. */
export function Button({ children, kind, small, icon, onPress, type = "button", disabled, pending, label, autoFocus, form }: ButtonProps) {
  return (
    <AriaButton
      aria-label={label}
      autoFocus={autoFocus}
      className={looks({ kind, small })}
      data-kind={kind}
      form={form}
      isDisabled={disabled ?? false}
      onPress={pending ? undefined : onPress}
      // It keeps the focus; what it sends is under way.
      type={pending ? "button" : type}
    >
      {pending ? <span className={styles.spinner} /> : icon && <Icon name={icon} />}
      {children}
      {pending && <span className="hidden">, under way</span>}
    </AriaButton>
  );
}

/** A button of a sign alone; the label is told to screen readers and shown as a tooltip. */
export function IconButton({ icon, label, kind = "quiet", small, onPress, disabled }: Looks & { icon: IconName; label: string; onPress?: (event: PressEvent) => void; disabled?: boolean }) {
  return (
    <Tooltip text={label}>
      <AriaButton aria-label={label} className={looks({ kind, small }, true)} isDisabled={disabled ?? false} onPress={onPress}>
        <Icon name={icon} />
      </AriaButton>
    </Tooltip>
  );
}

/** Leads to a page of the console, and looks like a button. */
export function LinkButton({ to, children, kind, small, icon }: Looks & { to: string; children: ReactNode }) {
  return (
    <Link className={looks({ kind, small })} to={to}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
