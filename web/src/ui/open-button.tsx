import type { ReactNode } from "react";
import styles from "./settings.module.css";

/** The name of a row that opens in a dialog: it looks as the link of a row that has a page. */
export function OpenButton({ onPress, children }: { onPress: () => void; children: ReactNode }) {
  return (
    <button className={styles.open} onClick={onPress} type="button">
      {children}
    </button>
  );
}
