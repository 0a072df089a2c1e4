import { type ReactNode, useId, useState } from "react";
import { Icon } from "./icon";
import styles from "./settings.module.css";

/** Fields that belong together. */
export function Fieldset({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <div aria-labelledby={id} className={styles.fieldset} role="group">
      <div className={styles.legend}>
        <h3 id={id}>{title}</h3>
        {help !== undefined && <div className={styles.help}>{help}</div>}
      </div>
      {children}
    </div>
  );
}

/** Fields that few need: behind a line that opens them. Open where something stands in them. */
export function More({ title, open = false, children }: { title: string; open?: boolean; children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(open);
  return (
    <div className={styles.more}>
      <button aria-expanded={isOpen} className={styles.moreButton} onClick={() => setIsOpen(!isOpen)} type="button">
        <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
        {title}
      </button>
      {isOpen && <div className={styles.moreBody}>{children}</div>}
    </div>
  );
}

/** Fields side by side where there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className={styles.fieldRow}>{children}</div>;
}

/** What a page that is a form ends with: its buttons. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className={styles.formActions}>{children}</div>;
}
