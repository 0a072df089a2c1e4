/** What stands in the place of something that is personal. */
const HASHED = /^hmac-sha256:([^:]+):([\w-]+)$/;

/** A member of what was changed. */
export interface Change {
  /** `to.login`, `permissions[0].name`. */
  path: string;
  before: Side;
  after: Side;
  differs: boolean;
}

/** A value as it is shown. */
export type Side = { kind: "absent" } | { kind: "hidden"; mark: string } | { kind: "text"; text: string };

function side(value: unknown): Side {
  if (value === undefined) return { kind: "absent" };
  if (value === "withheld") return { kind: "hidden", mark: "withheld" };
  const hash = typeof value === "string" ? HASHED.exec(value)?.[2] : undefined;
  if (hash !== undefined) return { kind: "hidden", mark: hash.slice(0, 8) };
  return { kind: "text", text: typeof value === "string" ? value : (JSON.stringify(value) ?? "") };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flatten(value: unknown, path: string, into: Map<string, unknown>): void {
  const members: [string, unknown][] | undefined = Array.isArray(value)
    ? value.length > 0 && value.every((one) => typeof one === "object" && one !== null)
      ? value.map((one, index) => [`${path}[${index}]`, one])
      : undefined
    : isRecord(value) && Object.keys(value).length > 0
      ? Object.entries(value).map(([name, one]) => [path === "" ? name : `${path}.${name}`, one])
      : undefined;
  if (members === undefined) into.set(path, value);
  else for (const [name, one] of members) flatten(one, name, into);
}

/** What an event says of before and after, member by member. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const old = new Map<string, unknown>();
  const now = new Map<string, unknown>();
  if (before !== undefined && before !== null) flatten(before, "", old);
  if (after !== undefined && after !== null) flatten(after, "", now);
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return paths.map((path) => ({ path, before: side(old.get(path)), after: side(now.get(path)), differs: JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path)) }));
}
