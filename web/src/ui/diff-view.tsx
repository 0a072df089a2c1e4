import { useMemo } from "react";
import { cx } from "./cx";
import { type Line, canonical, difference } from "./diff";
import styles from "./diff-view.module.css";

/** Lines around a difference that are shown. */
const AROUND = 3;

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(canonical(value), null, 2);
}

/** What differs between two values (as JSON) or texts. Nothing before is something that was made; nothing after, that went. */
export function Diff({ before, after, label = "What differs" }: { before: unknown; after: unknown; label?: string }) {
  const lines = useMemo(() => difference(textOf(before), textOf(after)), [before, after]);
  return <DiffLines label={label} lines={lines} />;
}

/** Lines that the API has compared itself: `+ …`, `- …`. */
export function DiffOfLines({ lines, label = "What differs" }: { lines: readonly string[]; label?: string }) {
  const read = useMemo(() => lines.map((line): Line => ({ kind: line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same", text: line.replace(/^[+-] ?/, "") })), [lines]);
  return <DiffLines label={label} lines={read} />;
}

function DiffLines({ lines, label }: { lines: Line[]; label: string }) {
  const isNear = (index: number) => lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => line.kind !== "same");
  const shown = lines.map((line, index) => ({ line, index })).filter(({ index }) => isNear(index));
  return (
    <div aria-label={label} className={styles.diff} role="group" tabIndex={0}>
      {shown.length === 0 && <div className={styles.none}>Nothing differs.</div>}
      {shown.map(({ line, index }, place) => (
        <div key={index}>
          {index > (shown[place - 1]?.index ?? -1) + 1 && <div className={styles.skipped}>{index - (shown[place - 1]?.index ?? -1) - 1} lines that stay</div>}
          <div className={cx(styles.line, line.kind !== "same" && styles[line.kind])}>
            <span aria-hidden="true" className={styles.mark}>
              {line.kind === "added" ? "+" : line.kind === "removed" ? "−" : ""}
            </span>
            <span>
              {line.kind !== "same" && <span className="hidden">{line.kind === "added" ? "added: " : "removed: "}</span>}
              {line.text}
            </span>
          </div>
        </div>
      ))}
    </div>
  );
}
