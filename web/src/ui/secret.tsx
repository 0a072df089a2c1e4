import { CopyButton } from "./copy-button";
import { Notice } from "./notice";
import styles from "./value.module.css";

/** A secret, shown this once: keep it in the state of the dialog that shows it, and nowhere else. */
export function Secret({ value, title }: { value: string; title: string }) {
  return (
    <>
      <Notice kind="warn" title="It is shown this once">
        Copy it now, and keep it where secrets are kept. Nobody can show it again.
      </Notice>
      <div aria-label={title} className={styles.secret} role="group">
        <code>{value}</code>
        <CopyButton label={`Copy ${title}`} text={value} />
      </div>
    </>
  );
}
