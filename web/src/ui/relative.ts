/** A minute, in milliseconds. */
export const MINUTE = 60_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 24 * 60 * MINUTE],
  ["month", 30 * 24 * 60 * MINUTE],
  ["week", 7 * 24 * 60 * MINUTE],
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const exact = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });

/** How long ago, or how long until: `3 hours ago`. */
export function relativeTime(time: number, now: number): string {
  const away = time - now;
  for (const [unit, length] of UNITS) if (Math.abs(away) >= length) return relative.format(Math.trunc(away / length), unit);
  return away > 0 ? "in a moment" : "just now";
}

/** A length of time in the largest unit that fits. */
export function lasting(seconds: number): string {
  if (seconds < 1) return "under a second";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Day, time to the second, and zone. */
export function exactTime(time: number): string {
  return exact.format(time);
}
