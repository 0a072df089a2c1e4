import type { ReactNode } from "react";
import { cx } from "./cx";
import { Icon, type IconName } from "./icon";
import styles from "./value.module.css";

export type Tone = "neutral" | "allow" | "deny" | "warn" | "accent";

/** A word or two about something. */
export function Badge({ children, tone = "neutral", icon }: { children: ReactNode; tone?: Tone; icon?: IconName }) {
  return (
    <span className={cx(styles.badge, tone !== "neutral" && styles[tone])}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

const STATES = {
  allowed: { tone: "allow", icon: "check", word: "Allowed" },
  denied: { tone: "deny", icon: "ban", word: "Denied" },
  success: { tone: "allow", icon: "check", word: "Success" },
  failure: { tone: "deny", icon: "x", word: "Failure" },
  active: { tone: "allow", icon: "check", word: "Active" },
  inactive: { tone: "neutral", icon: "ban", word: "Inactive" },
  disabled: { tone: "neutral", icon: "ban", word: "Disabled" },
  expired: { tone: "neutral", icon: "clock", word: "Expired" },
  expiring: { tone: "warn", icon: "clock", word: "Ends soon" },
  revoked: { tone: "neutral", icon: "ban", word: "Revoked" },
  open: { tone: "warn", icon: "bell", word: "Open" },
  acknowledged: { tone: "accent", icon: "eye", word: "Acknowledged" },
  closed: { tone: "neutral", icon: "check", word: "Closed" },
  blocked: { tone: "deny", icon: "lock", word: "Blocked" },
  low: { tone: "neutral", icon: "info", word: "Low" },
  medium: { tone: "warn", icon: "info", word: "Medium" },
  high: { tone: "deny", icon: "alert", word: "High" },
  critical: { tone: "deny", icon: "alert", word: "Critical" },
} as const;

export type State = keyof typeof STATES;

/** How something is: a colour, a sign and a word, so that none of them is needed alone. */
export function Status({ state, children }: { state: State; children?: ReactNode }) {
  const { tone, icon, word } = STATES[state];
  return (
    <Badge icon={icon} tone={tone}>
      {children ?? word}
    </Badge>
  );
}

/** Whether a word of the API is one that `Status` knows. */
export function isState(word: string): word is State {
  return word in STATES;
}
