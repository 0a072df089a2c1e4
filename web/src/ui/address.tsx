import { Fragment } from "react";
import styles from "./value.module.css";

/** A URL or another address: where it does not fit into a line, it breaks between its parts, not within a word. */
export function Address({ value }: { value: string }) {
  const parts = value.match(/[^/.?&=@,_-]*[/.?&=@,_-]*/g) ?? [];
  return (
    <code className={styles.address}>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </code>
  );
}
