import { Suspense, lazy, useId } from "react";
import { cx } from "./cx";
import styles from "./json.module.css";

const CodeEditor = lazy(() => import("./code-editor"));

/** Where something is wrong in a text, counted from 1. */
export interface Place {
  line: number;
  column: number;
  message: string;
}

const NONE: readonly Place[] = [];

/** A text in YAML: written where `onChange` is there, with what is wrong marked at its place. */
export function YamlEditor({ label, value, onChange, wrong = NONE, rows = 14 }: { label: string; value: string; onChange?: (text: string) => void; wrong?: readonly Place[]; rows?: number }) {
  const id = useId();
  return (
    <div>
      {onChange && (
        <span className={styles.label} id={id}>
          {label}
        </span>
      )}
      <div className={cx(styles.editor, !onChange && styles.readOnly, wrong.length > 0 && styles.invalid)}>
        <Suspense fallback={<pre className={styles.plain}>{value}</pre>}>
          <CodeEditor label={label} onChange={onChange} rows={rows} text={value} wrong={wrong} />
        </Suspense>
      </div>
    </div>
  );
}

/** The places that messages of the API name: "rule `A`, line 6, column 6: the modifier …". */
export function placesIn(messages: readonly string[]): Place[] {
  return messages.flatMap((message) => {
    const found = /line (\d+), column (\d+): /.exec(message);
    return found ? [{ line: Number(found[1]), column: Number(found[2]), message: message.slice(found.index + found[0].length) }] : [];
  });
}
