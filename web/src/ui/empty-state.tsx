import { Children, type ReactNode } from "react";
import { cx } from "./cx";
import { Icon, type IconName } from "./icon";
import styles from "./notice.module.css";

/** In place of what is not there: what it would be, and the next step. */
export function EmptyState({ icon, title, children, actions, compact }: { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode; compact?: boolean | undefined }) {
  return (
    <div className={cx(styles.state, compact && styles.compact)}>
      <span className={styles.emblem}>
        <Icon name={icon} size={20} />
      </span>
      <h2>{title}</h2>
      {Children.toArray(children).every((child) => typeof child !== "object") ? children !== undefined && <p>{children}</p> : children}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
