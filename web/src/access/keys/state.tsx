import type { Schema } from "../../api";
import { Status, useNow } from "../../ui";

type Key = Schema<"ApiKey">;

/** How near an end is said to be soon, in milliseconds. */
const SOON = 14 * 86_400_000;

/** Whether a key is taken at a time. */
export function keyState({ revoked_at, expires_at }: Pick<Key, "revoked_at" | "expires_at">, now: number): "revoked" | "expired" | "expiring" | "active" {
  if (revoked_at) return "revoked";
  const end = expires_at ? Date.parse(expires_at) : Infinity;
  if (end <= now) return "expired";
  return end - now <= SOON ? "expiring" : "active";
}

/** Whether a key is taken now, with a word. */
export function KeyStatus({ value }: { value: Key }) {
  return <Status state={keyState(value, useNow())} />;
}
