import type { Schema } from "../../api";

export type Name = Schema<"SettingEntry">["name"];

/** A setting of the installation: what it does, what it may be, and what counts without it. */
export interface Known {
  name: Name;
  title: string;
  help: string;
  unset: string;
  kind: "whole" | "number" | "choice" | "text";
  unit?: string;
  options?: { value: string; label: string }[];
}

export const KNOWN: readonly Known[] = [
  { name: "api_key.max_lifetime_days", title: "Longest life of an API key", help: "To make or rotate one without an end, or with a later one, is refused. Those that are there live on.", unset: "As long as is asked for", kind: "whole", unit: "days" },
  { name: "temporary_credential.max_lifetime_minutes", title: "Longest life of a temporary credential", help: "1 to 720. To make one for longer is refused. Those that are there live on.", unset: "12 hours", kind: "whole", unit: "minutes" },
  {
    name: "decision.recorded",
    title: "Which decisions are recorded",
    help: "Those that were not allowed, or all: all makes the audit trail grow with each question.",
    unset: "What each server was started with",
    kind: "choice",
    options: [
      { value: "denied", label: "Those that were not allowed" },
      { value: "all", label: "All" },
    ],
  },
  { name: "decision.log.sample", title: "Share of questions that are logged", help: "From 0 to 1. Logged questions are sealed; they tell which answers a change of the policy would change.", unset: "0: none", kind: "number" },
  { name: "decision.log.days", title: "Logged questions are kept for", help: "1 to 36,500.", unset: "30 days", kind: "whole", unit: "days" },
  { name: "decision.log.mebibytes", title: "Logged questions take at most", help: "The oldest go first.", unset: "256 MiB", kind: "whole", unit: "MiB" },
  { name: "log.levels", title: "What every server logs", help: "A level (off, error, warn, info, debug, trace), or module=level, several with commas between.", unset: "What each server was started with", kind: "text" },
];

/** A value as it is shown. */
export function shownValue(known: Known, value: unknown): string {
  const option = known.options?.find((one) => one.value === value);
  if (option) return option.label;
  return `${typeof value === "number" ? value.toLocaleString("en") : String(value)}${known.unit === undefined ? "" : ` ${known.unit}`}`;
}
