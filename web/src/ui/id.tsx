import { CopyButton } from "./copy-button";
import { TooltipText } from "./tooltip";
import styles from "./value.module.css";

/** Beginning and end of an id: `usr_0249…cd7f`. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, id.indexOf("_") + 1 + 5)}…${id.slice(-4)}`;
}

/** An id, shortened, with a button that copies all of it. `whole` where there is room. */
export function Id({ value, whole, copy = true }: { value: string; whole?: boolean; copy?: boolean }) {
  const text = whole ? value : shortId(value);
  return (
    <span className={styles.id}>
      {text === value || !copy ? (
        <span>{text}</span>
      ) : (
        <TooltipText text={value}>
          <span tabIndex={-1} role="note">{text}</span>
        </TooltipText>
      )}
      {copy && <CopyButton label={`Copy ${value}`} text={value} />}
    </span>
  );
}
