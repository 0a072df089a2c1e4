import type { ReactNode } from "react";
import { Button } from "./button";
import styles from "./filters.module.css";

/** Above a list: a search field and `Select`s with `inline`; at the end what is done with all of it (`ExportMenu`, `CopyAsCurl`). */
export function Filters({ children, end, onReset }: { children: ReactNode; end?: ReactNode; /** Where something is filtered: shows a button that forgets it. */ onReset?: (() => void) | undefined }) {
  return (
    <div className={styles.bar} role="search">
      {children}
      {onReset && (
        <Button icon="x" kind="quiet" onPress={onReset}>
          Clear filters
        </Button>
      )}
      {end !== undefined && <div className={styles.end}>{end}</div>}
    </div>
  );
}
