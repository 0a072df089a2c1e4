import type { Description, SchemaDocument } from "../engine/engine.js";

type Properties = Map<string, Set<string>>;

const SCALARS: Record<string, string> = {
  bool: "boolean",
  int: "bigint | number",
  double: "number",
  string: "string",
  timestamp: "string",
  duration: "string",
};

/** The TypeScript type of a schema's. What has none may be anything. */
function typed(word: string | undefined): string {
  if (word === undefined) return "unknown";
  const list = /^list<(.+)>$/.exec(word.replaceAll(" ", ""));
  if (!list) return SCALARS[word] ?? "unknown";
  const item = SCALARS[list[1] ?? ""] ?? "unknown";
  return `readonly ${item.includes(" ") ? `(${item})` : item}[]`;
}

/** More beginnings of names than the compiler should compare with each granted pattern. */
const BEGINNINGS = 1_000;
const WILD = '${"*" | "?" | "{"}${string}';

/** The type of granted names with wildcards: before the first, they begin as something declared does. */
function granting(patterns: readonly string[]): string[] {
  const all = new Set<string>([""]);
  const open = new Set<string>();
  for (const pattern of patterns) {
    const [fixed = ""] = pattern.split(/[*?]/);
    for (let length = 1; length <= fixed.length; length += 1) all.add(fixed.slice(0, length));
    if (fixed !== pattern) open.add(fixed);
  }
  if (all.size > BEGINNINGS) {
    // Wildcards within the namespace itself, and anything that begins with one.
    const namespaces = new Set(patterns.map((pattern) => /^[^.*?]*\.?/.exec(pattern)?.[0] ?? ""));
    for (const beginning of all) if (beginning.includes(".")) all.delete(beginning);
    for (const namespace of namespaces) open.add(namespace);
  }
  const beginnings = `\`\${${[...all].sort().map((text) => JSON.stringify(text)).join(" | ")}}${WILD}\``;
  return [beginnings, ...[...open].sort().map((text) => `\`${text}\${string}${WILD}\``)];
}

/** The type of the names that a pattern without braces matches. */
function named(pattern: string): string {
  if (!/[*?]/.test(pattern)) return JSON.stringify(pattern);
  // One character or many: types know only text.
  return `\`${pattern.replaceAll(/[*?]+/g, "${string}")}\``;
}

function union(types: Iterable<string>, otherwise = "never"): string {
  const all = [...new Set(types)].sort();
  if (all.includes("unknown")) return "unknown";
  return all.length === 0 ? otherwise : all.join(" | ");
}

function add(properties: Properties, name: string, type: string): void {
  const types = properties.get(name) ?? new Set();
  properties.set(name, types.add(type));
}

/** `otherwise` is what may stand there besides; of a granted property, nothing: without it, it would not restrict. */
function members(properties: Properties, isOpen: boolean, otherwise = ""): string[] {
  const sorted = [...properties].sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = sorted.map(([name, types]) => `${JSON.stringify(name)}?: ${union(types)}${otherwise};`);
  return isOpen ? [...lines, "[property: string]: unknown;"] : lines;
}

function object(lines: readonly string[], indent: string): string {
  return lines.length === 0 ? "{}" : `{\n${lines.map((line) => `${indent}  ${line}\n`).join("")}${indent}}`;
}

/** What the action and the resource type of a template are, by the names that it makes; nothing where anything fits. */
function templated(document: SchemaDocument, patterns: readonly string[], placeholder: string): string[] {
  const template = document.application.request_name?.split(/\.(?![^{]*\})/);
  const place = template?.indexOf(placeholder) ?? -1;
  if (!template || place < 0) return [];
  const fitting = patterns
    .map((pattern) => pattern.split("."))
    .filter((segments) => segments.length === template.length)
    .filter((segments) => template.every((part, index) => part.startsWith("{") || part === segments[index]));
  // Any text at all would let every misspelt name pass.
  return fitting.map((segments) => segments[place] ?? "").filter((segment) => !/[*?]/.test(segment)).map(named);
}

/** The module that fills the vocabulary: names, properties and attributes as the schemas declare them. */
export function vocabulary({ documents, declared }: Description, module = "@casemate/sdk"): string {
  const patternsOf = new Map(declared.map(({ name, patterns }) => [name, patterns]));
  const patternsIn = ({ permission = [] }: SchemaDocument) => permission.flatMap(({ name }) => patternsOf.get(name) ?? []);
  const names = new Set<string>();
  const types = new Set<string>();
  const attributes: Properties = new Map();
  const anything: Properties = new Map();
  const granted: string[] = [];
  let isOpen = false;
  for (const document of documents) {
    const entries = document.permission ?? [];
    const patterns = patternsIn(document);
    const opaque = document.application.properties === "opaque";
    isOpen ||= opaque;
    for (const pattern of patterns) names.add(named(pattern));
    for (const action of templated(document, patterns, "{action.name}")) names.add(action);
    const kinds = templated(document, patterns, "{resource.type}");
    for (const kind of kinds.length === 0 ? ["string"] : kinds) types.add(kind);
    for (const [name, { type, nullable }] of Object.entries(document.attributes ?? {})) {
      add(attributes, name, typed(type));
      if (nullable) add(attributes, name, "null");
    }
    for (const entry of entries) {
      const properties: Properties = new Map();
      for (const [name, { type }] of Object.entries(entry.properties ?? {})) {
        add(properties, name, typed(type));
        add(anything, name, typed(type));
      }
      const name = union((patternsOf.get(entry.name) ?? []).map(named));
      granted.push(object([`name: ${name};`, "deny?: boolean;", ...members(properties, opaque)], "    "));
    }
  }
  granted.push(object(["name: Pattern;", "deny?: boolean;", ...members(anything, isOpen)], "    "));
  const ids = documents.map((document) => document.application.id).join(", ");
  return `// Written by casemate-types from what ${ids} declares. Do not edit.

/** A granted name that stands for several. */
type Pattern =
  | ${granting(documents.flatMap(patternsIn)).join("\n  | ")};

/** What may be asked for and granted, and what conditions read. */
export interface Vocabulary {
  permission:
    | ${union(names).replaceAll(" | ", "\n    | ")};
  granted:
    | ${granted.join("\n    | ")};
  attributes: ${object(members(attributes, false, " | undefined"), "  ")};
  resource: ${types.has("string") ? "string" : union(types, "string")};
}

declare module ${JSON.stringify(module)} {
  interface Register {
    vocabulary: Vocabulary;
  }
}
`;
}
