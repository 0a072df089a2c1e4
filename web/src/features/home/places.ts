import { AHEAD, REVIEWED } from "./reading";

/** Where all of what Home tells the first few of is listed. */
export const PLACES = {
  alerts: "/alerts#state=open",
  keys: `/api-keys#due=ends-${AHEAD}`,
  assignments: `/assignments#ends=${AHEAD}`,
  reviews: `/access-review#show=open&since=${REVIEWED}`,
  blocks: "/blocks",
  denials: "/audit/events#kind=decision&outcome=denied&range=24h",
  signIns: "/audit/events#kind=sign-in&scope=installation",
  health: "/health",
} as const;

/** The denials of a namespace. */
export function denialsOf(namespace: string): string {
  return `${PLACES.denials}&action=${encodeURIComponent(`${namespace}.*`)}`;
}
