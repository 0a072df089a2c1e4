import { Suspense, lazy, useId, useMemo } from "react";
import { cx } from "./cx";
import type { Mark } from "./editor";
import styles from "./json.module.css";

const Editor = lazy(() => import("./editor"));

/** A value as JSON, to be read. Short ones need no editor. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "", [value]);
  const lines = text.split("\n").length;
  const plain = <pre className={styles.plain}>{text}</pre>;
  return (
    <div className={cx(styles.editor, styles.readOnly)}>
      {lines < 4 ? (
        plain
      ) : (
        <Suspense fallback={<pre className={styles.plain} data-code-pending>{text}</pre>}>
          <Editor label={label} text={text} />
        </Suspense>
      )}
    </div>
  );
}

export interface JsonEditorProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  error?: string | undefined;
  rows?: number;
  /** Mistakes at their characters, in place of those of JSON alone. */
  marks?: readonly Mark[] | undefined;
  /** A character to go to, whenever it is another object. */
  goTo?: { at: number } | undefined;
}

/** A text in JSON that is written. Mistakes are marked as it is typed. */
export function JsonEditor({ label, value, onChange, error, rows = 8, marks, goTo }: JsonEditorProps) {
  const id = useId();
  return (
    <div>
      <span className={styles.label} id={id}>
        {label}
      </span>
      <div className={cx(styles.editor, error !== undefined && styles.invalid)}>
        <Suspense fallback={<pre className={styles.plain} data-code-pending>{value}</pre>}>
          <Editor goTo={goTo} label={label} marks={marks} onChange={onChange} rows={rows} text={value} />
        </Suspense>
      </div>
      {error !== undefined && (
        <div className={styles.error} role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

/** What a text in JSON says, or what is wrong with it. */
export function parseJson(text: string): { value: unknown; error?: undefined } | { value?: undefined; error: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
