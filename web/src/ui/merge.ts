import { canonical } from "./diff";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two values say the same, in whatever order their members stand. */
export function isAlike(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === "string") && new Set(value).size === value.length;

/** What was typed of a list of texts, with what others put in, and without what they took out. */
function mergedTexts(before: readonly string[], typed: readonly string[], newer: readonly string[]): readonly string[] {
  const stays = typed.filter((one) => newer.includes(one) || !before.includes(one));
  const came = newer.filter((one) => !before.includes(one) && !typed.includes(one));
  return [...stays, ...came];
}

/** What was typed over `before`, on what is there now: members that nobody typed in are those of `newer`, and the others stay as typed. Of lists of texts, each text counts for itself. */
export function merged<T>(before: T, typed: T, newer: T): T {
  if (isAlike(before, typed)) return newer;
  if (isTexts(before ?? []) && isTexts(typed) && isTexts(newer)) {
    const texts = mergedTexts((before ?? []) as readonly string[], typed, newer);
    // An empty list may stand for all there are: only who typed one wants it.
    return (texts.length === 0 ? typed : texts) as T;
  }
  if (!isObject(before) || !isObject(typed) || !isObject(newer)) return typed;
  const names = new Set([...Object.keys(newer), ...Object.keys(typed)]);
  const members = [...names].map((name) => [name, merged(before[name], typed[name], newer[name])] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as T;
}
