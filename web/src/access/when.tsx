import { useState } from "react";
import { Select, Stack, TextField } from "../ui";

const DAY = 86_400_000;

/** Ends that are offered, in days. */
const OFFERED: [string, string][] = [
  ["1", "In a day"],
  ["7", "In a week"],
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
];

/** A moment as a field for local times has it. */
export function asLocal(value: string | null | undefined): string {
  const time = new Date(value ?? "");
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A moment of a field for local times, for the API; nothing where it is none. */
export function asMoment(local: string): string | undefined {
  const time = local === "" ? NaN : new Date(local).getTime();
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** What stands for an end that is to be typed and is none yet. No end is another thing; the API refuses this one. */
export const NO_MOMENT = "no moment";

/** What a field for local times says as an end. */
export function asEnd(local: string): string {
  return asMoment(local) ?? NO_MOMENT;
}

/** What is said where a part of a time was typed: browsers give nothing then, as of an empty field. */
export const HALF_TYPED = "Type all of it, or leave it empty";

/** Whether a part of a time alone stands in some field. */
export function isHalfTyped(): boolean {
  return [...document.querySelectorAll<HTMLInputElement>('input[type="datetime-local"]')].some((input) => input.validity.badInput);
}

interface EndFieldProps {
  label: string;
  /** A moment, nothing for no end, or `NO_MOMENT`: then nothing is to be sent. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** What it means that there is none: "No end". */
  none?: string;
  help?: string;
  error?: string | undefined;
  /** The days that it begins with, where `value` is in so many: one of those that are offered. */
  days?: string;
}

/** A moment in so many days. */
export function inDays(days: string): string {
  return new Date(Date.now() + Number(days) * DAY).toISOString();
}

/** Until when something counts: in so many days, at a time of one's own, or without an end. */
export function EndField({ label, value, onChange, none = "No end", help, error, days }: EndFieldProps) {
  const [kind, setKind] = useState(value === undefined ? "none" : (days ?? "own"));
  const [local, setLocal] = useState(() => asLocal(value));
  const choose = (next: string) => {
    setKind(next);
    if (next === "none") onChange(undefined);
    else if (next === "own") {
      const start = local || asLocal(inDays("30"));
      setLocal(start);
      onChange(asEnd(start));
    } else onChange(inDays(next));
  };
  const isWrong = value === NO_MOMENT;
  return (
    <Stack>
      <Select
        error={kind === "own" ? undefined : error}
        label={label}
        onChange={choose}
        options={[{ value: "none", label: none }, ...OFFERED.map(([offered, text]) => ({ value: offered, label: text })), { value: "own", label: "At a day and time…" }]}
        value={kind}
        {...(help === undefined ? {} : { help })}
      />
      {kind === "own" && (
        <TextField
          error={isWrong ? "A day and a time are needed" : error}
          help="In your time zone."
          label={`${label}: day and time`}
          onChange={(text) => {
            setLocal(text);
            onChange(asEnd(text));
          }}
          type="datetime-local"
          value={local}
        />
      )}
    </Stack>
  );
}
