import { type ReactNode, useId } from "react";
import { cx } from "./cx";
import { Icon, type IconName } from "./icon";
import styles from "./panel.module.css";

/** A part of a page with a title of its own. `flush` where what is inside reaches the edges. */
export function Panel({ title, icon, actions, children, flush }: { title?: ReactNode; icon?: IconName; actions?: ReactNode; children: ReactNode; flush?: boolean }) {
  const id = useId();
  return (
    <section aria-labelledby={title === undefined ? undefined : id} className={styles.panel}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles.header}>
          <h2 className={styles.title} id={id}>
            {icon && <Icon name={icon} />}
            {title}
          </h2>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={cx(styles.body, flush && styles.flush)}>{children}</div>
    </section>
  );
}
