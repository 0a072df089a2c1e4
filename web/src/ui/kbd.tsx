import styles from "./kbd.module.css";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys as they stand on the keyboard: `<Kbd keys="mod k" />`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(" ").map((key) => (
        <kbd className={styles.kbd} key={key}>
          {key === "mod" ? (IS_MAC ? "⌘" : "Ctrl") : key.length === 1 ? key.toUpperCase() : key}
        </kbd>
      ))}
    </span>
  );
}
