import { canonical } from "./diff";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two values say the same, in whatever order their members stand. */
export function isAlike(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

/** What was typed over `before`, on what is there now: members that nobody typed in are those of `newer`, and the others stay as typed. */
export function merged<T>(before: T, typed: T, newer: T): T {
  if (isAlike(before, typed)) return newer;
  if (!isObject(before) || !isObject(typed) || !isObject(newer)) return typed;
  const names = new Set([...Object.keys(newer), ...Object.keys(typed)]);
  const members = [...names].map((name) => [name, merged(before[name], typed[name], newer[name])] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as T;
}
