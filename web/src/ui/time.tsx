import { useEffect, useState, useSyncExternalStore } from "react";
import { MINUTE, exactTime, relativeTime } from "./relative";
import { TooltipText } from "./tooltip";
import styles from "./value.module.css";

const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

// One clock for all times of a page, which strikes every half minute.
let strike: number | undefined;
const listeners = new Set<() => void>();
let now = Date.now();
function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  strike ??= window.setInterval(() => {
    now = Date.now();
    for (const listener of listeners) listener();
  }, MINUTE / 2);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) {
      clearInterval(strike);
      strike = undefined;
    }
  };
}

/** The time, to half a minute, for what depends on it. */
export function useNow(): number {
  const [first] = useState(() => (now = Date.now()));
  const current = useSyncExternalStore(subscribe, () => now);
  useEffect(() => undefined, [first]);
  return current;
}

/** A time: relative, with the exact one and its zone in a tooltip; or `exact`, as in details. Nothing is a dash. */
export function Time({ value, exact: isExact, none = "–" }: { value: string | null | undefined; exact?: boolean; none?: string }) {
  const strike = useNow();
  // What was read since the clock struck is no moment that is still to come.
  const current = Math.max(strike, Date.now());
  const time = value === null || value === undefined ? NaN : Date.parse(value);
  if (Number.isNaN(time)) return <span className={styles.none}>{none}</span>;
  if (isExact) {
    return (
      <time dateTime={value ?? ""}>
        {exactTime(time)} <span className={styles.zone}>({relativeTime(time, current)})</span>
      </time>
    );
  }
  return (
    <TooltipText text={`${exactTime(time)} · ${new Date(time).toISOString()}`}>
      <time className={styles.time} dateTime={value ?? ""} role="time" tabIndex={-1}>
        {Math.abs(current - time) > 60 * 24 * 60 * MINUTE ? short.format(time) : relativeTime(time, current)}
      </time>
    </TooltipText>
  );
}
