import { isObject } from "../client/transport.js";
import { parse, stringify } from "../json.js";
import type { Identity } from "../question.js";
import { rawEntries, rawMembers } from "./raw.js";

/** Somebody as a server says who they are. */
export interface Known {
  /** As conditions see them; `id` is what the provider calls them. */
  identity: Identity;
  /** The directory's id of them. */
  directoryId: string | undefined;
  /** The public name of the session, temporary credential or API key that they came with. */
  credential: string | undefined;
}

/** What one item of an answer says. */
export type Item =
  | { is: "held"; known: Known; identityText: string; permissions: string; validUntil: number | undefined; etag: string }
  | { is: "not-modified"; validUntil: number | undefined }
  | { is: "problem"; code: string };

/** What came cannot be read. */
export class Unreadable extends Error {}

/** Runs what reads, and says of whatever goes wrong that it cannot be read. */
function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    // The text of an error about JSON may hold a part of it.
    throw new Unreadable(error instanceof SyntaxError ? "it is no JSON of the form that was expected" : String(error));
  }
}

/** A revision: a whole number that JavaScript's numbers hold. */
export function revisionOf(json: unknown): number {
  const revision = isObject(json) ? json["revision"] : undefined;
  if (typeof revision === "number" && Number.isSafeInteger(revision) && revision >= 0) return revision;
  throw new Unreadable("`revision` is no revision");
}

function member(members: Map<string, string>, name: string): string {
  const text = members.get(name);
  if (text === undefined) throw new Unreadable(`\`${name}\` is missing`);
  return text;
}

function textOf(members: Map<string, string>, name: string): string {
  const value: unknown = JSON.parse(member(members, name));
  if (typeof value !== "string") throw new Unreadable(`\`${name}\` is no text`);
  return value;
}

function optional(members: Map<string, string>, name: string): string | undefined {
  const text = members.get(name);
  return text === undefined || text === "null" ? undefined : textOf(members, name);
}

/** An object that may be null; its members. */
function object(members: Map<string, string>, name: string): Map<string, string> | undefined {
  const text = member(members, name);
  return text === "null" ? undefined : rawMembers(text);
}

/** In milliseconds since 1970, no later than what is said. */
function timeOf(members: Map<string, string>, name: string): number | undefined {
  const text = optional(members, name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new Unreadable(`\`${name}\` is no time`);
  return time;
}

/** The answer to `resolve`: its revision and as many items as were asked for, each readable or not by itself. */
export function readResolved(body: string, asked: number): { revision: number; items: (Item | Unreadable)[] } {
  return reading(() => {
    const answer = rawMembers(body);
    const items = rawEntries(member(answer, "items"));
    if (items.length !== asked) throw new Unreadable(`${items.length} items came to ${asked} questions`);
    const revision = revisionOf({ revision: JSON.parse(member(answer, "revision")) as unknown });
    return { revision, items: items.map(itemOrNot) };
  });
}

function itemOrNot(json: string): Item | Unreadable {
  try {
    return readItem(json);
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

/** Reads one item: what a server says of somebody. */
export function readItem(json: string): Item {
  return reading(() => {
    const item = rawMembers(json);
    const problem = item.get("problem");
    if (problem !== undefined) return { is: "problem", code: textOf(rawMembers(problem), "code") };
    const validUntil = timeOf(item, "valid_until");
    if (item.get("not_modified") === "true") return { is: "not-modified", validUntil };
    const permissions = member(item, "permissions");
    rawEntries(permissions);
    const { known, identityText } = readIdentity(member(item, "identity"), optional(item, "credential"));
    return { is: "held", known, identityText, permissions, validUntil, etag: textOf(item, "etag") };
  });
}

/** Who it is, and that as the text that the engine reads. */
function readIdentity(json: string, credential: string | undefined): { known: Known; identityText: string } {
  const said = rawMembers(json);
  const parts: [string, string][] = [["type", stringify(textOf(said, "type"))]];
  const put = (name: string, text: string | undefined) => {
    if (text !== undefined) parts.push([name, stringify(text)]);
  };
  put("id", optional(said, "subject"));
  const provider = textOf(said, "provider");
  put("provider", provider === "" ? undefined : provider);
  put("login", optional(said, "login"));
  put("display_name", optional(said, "display_name"));
  put("tenant", textOf(said, "tenant"));
  const groups: unknown = JSON.parse(member(said, "groups"));
  if (!Array.isArray(groups) || groups.some((group) => typeof group !== "string")) {
    throw new Unreadable("`groups` is no list of texts");
  }
  parts.push(["groups", member(said, "groups")]);
  rawMembers(member(said, "claims"));
  parts.push(["claims", member(said, "claims")]);
  const auth = object(said, "auth");
  if (auth) {
    const how = [...auth].filter(([name, text]) => ["time", "amr", "acr"].includes(name) && text !== "null" && text !== "[]");
    parts.push(["auth", written(how)]);
  }
  const actor = object(said, "actor");
  if (actor) parts.push(["actor", written(["provider", "type", "id"].map((name) => [name, stringify(textOf(actor, name))]))]);
  const identityText = written(parts);
  const known = { identity: Object.freeze(parse(identityText)) as Identity, directoryId: optional(said, "id"), credential };
  return { known, identityText };
}

function written(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${stringify(name)}:${text}`).join(",")}}`;
}

/** The answer with the schemas: their text, and the one application that this client may ask about, where there is one. */
export function readSchemas(body: string): {
  revision: number;
  schemas: string;
  application: { id: string; namespaces: readonly string[] } | undefined;
} {
  return reading(() => {
    const answer = rawMembers(body);
    const schemas = member(answer, "items");
    let isBound = true;
    let bound = { id: "", namespaces: [] as readonly string[] };
    for (const item of JSON.parse(schemas) as unknown[]) {
      const id = isObject(item) ? item["application"] : undefined;
      const schema = isObject(item) ? item["schema"] : undefined;
      const application = isObject(schema) ? schema["application"] : undefined;
      const namespaces = isObject(application) ? application["namespaces"] : undefined;
      if (typeof id !== "string" || !Array.isArray(namespaces)) throw new Unreadable("a schema is none");
      // Casemate's own is shown to whoever is bound to no application.
      if (id === "casemate") isBound = false;
      else bound = { id, namespaces: namespaces.map(String) };
    }
    const revision = revisionOf({ revision: JSON.parse(member(answer, "revision")) as unknown });
    // Of names outside their application they are not told what restricts them.
    return { revision, schemas, application: isBound ? bound : undefined };
  });
}
