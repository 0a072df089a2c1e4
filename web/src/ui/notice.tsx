import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "./cx";
import { Icon } from "./icon";
import styles from "./notice.module.css";

const ICONS = { info: "info", allow: "circleCheck", warn: "alert", deny: "alert" } as const;

/** Words that stand out within a page. */
export function Notice({ kind = "info", title, children, actions }: { kind?: keyof typeof ICONS; title?: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  const shown = useRef<HTMLDivElement>(null);
  // In a dialog that is longer than the screen, what went wrong comes up below what is seen.
  useEffect(() => {
    if (kind === "deny" && shown.current?.closest("form")) shown.current.scrollIntoView({ block: "nearest" });
  }, [kind]);
  return (
    <div className={cx(styles.notice, kind !== "info" && styles[kind])} ref={shown} role={kind === "deny" ? "alert" : undefined}>
      <Icon name={ICONS[kind]} />
      <div className={styles.words}>
        {title !== undefined && <div className={styles.title}>{title}</div>}
        {children !== undefined && <div className={styles.said}>{children}</div>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}
