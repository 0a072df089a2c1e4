import type { ReactNode } from "react";
import styles from "./value.module.css";

/** Names and values. What is `undefined` or `null` is left out. */
export function KeyValue({ entries }: { entries: readonly (readonly [string, ReactNode] | false | null | undefined)[] }) {
  return (
    <dl className={styles.pairs}>
      {entries.map((entry) =>
        entry && entry[1] !== undefined && entry[1] !== null ? (
          <div key={entry[0]}>
            <dt>{entry[0]}</dt>
            <dd>{entry[1]}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

/** A number, and what it counts. Several stand in `<dl>`s of their own. */
export function Stat({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <dl className={styles.stat}>
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note !== undefined && (
        <dd>
          <small>{note}</small>
        </dd>
      )}
    </dl>
  );
}
