import { Badge, Status, TooltipText, isState, relativeTime } from "../../ui";
import styles from "./audit.module.css";

/** Kinds of events that the server itself records. */
export const KINDS = ["create", "read", "update", "delete", "add", "remove", "revoke", "restore", "export", "sign-in", "sign-out", "decision", "configuration", "recorded", "system"];

export const OUTCOMES = ["success", "denied", "failure", "conditional"];

/** Parts of the server, and `application` of what applications record. */
export const AREAS = [
  "alert", "alert-receiver", "api-key", "application", "assignment", "audit-event", "audit-hold", "audit-log", "audit-search", "audit-sink", "block", "decision", "detection",
  "event-ceiling", "event-type", "factor", "group", "group-member", "link", "permission", "provider", "resource", "role", "service-account", "session", "team", "tenant", "user",
];

/** How it ended: a sign and a word. */
export function Outcome({ outcome }: { outcome: string }) {
  if (outcome === "conditional") {
    return (
      <Badge icon="sliders" tone="warn">
        Conditional
      </Badge>
    );
  }
  return isState(outcome) ? <Status state={outcome} /> : <Badge>{outcome}</Badge>;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const year = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** `23 Nov 18:28:40.526`, with the year where it is another one. */
export function stamp(at: string): string {
  const time = new Date(at);
  return `${(time.getFullYear() === new Date().getFullYear() ? day : year).format(time)} ${clock.format(time)}`;
}

/** The zone that times stand in: `UTC`, `CET`. */
export function zoneName(): string {
  return zone.formatToParts(new Date()).find((part) => part.type === "timeZoneName")?.value ?? "";
}

const toTheMinute = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

/** A minute for which something is counted. */
export function Minute({ at }: { at: string }) {
  return (
    <time className={styles.stamp} dateTime={at} title={at}>
      {toTheMinute.format(new Date(at)).replace(",", "")}
    </time>
  );
}

/** A time of an event in a list: to the millisecond, each of the same width. */
export function Stamp({ at }: { at: string }) {
  return (
    <TooltipText text={`${relativeTime(Date.parse(at), Date.now())} · ${at}`}>
      <time className={styles.stamp} dateTime={at} role="time" tabIndex={-1}>
        {stamp(at)}
      </time>
    </TooltipText>
  );
}

export function number(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `1 event`, `12 events`. */
export function events(count: number): string {
  return `${number(count)} ${count === 1 ? "event" : "events"}`;
}

const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** `Monday 23 November 2026`. */
export function dayOf(at: string): string {
  return weekday.format(new Date(at));
}

/** `18:28:40.526`. */
export function clockOf(at: string): string {
  return clock.format(new Date(at));
}
