import type { Mistake } from "../../api";
import { type ApplicationSchema, type DeclaredPermission, type PropertySchema, ownerOf, reached } from "../../api/declared";
import { expanded } from "../../api/overlap";
import { type Located, type Place, escaped } from "./located";

/** A mistake in a role: at a pointer, and perhaps at a character of the text that stands there. */
export interface Wrong extends Mistake {
  /** The character within the text, counted from 0. */
  character?: number;
}

const LONGEST = 1024;

/** What is wrong with a granted name, and at which character, by the rules of the engine. */
export function nameMistake(name: string): { character?: number; message: string } | undefined {
  if (name === "") return { message: "Name what is granted, such as shop.order.read" };
  if (new TextEncoder().encode(name).length > LONGEST) return { message: "It is longer than 1,024 bytes" };
  let depth = 0;
  const opened: number[] = [];
  for (let at = 0; at < name.length; at += 1) {
    const sign = name[at] ?? "";
    if (sign === "{") {
      depth += 1;
      opened.push(at);
    } else if (sign === "}") {
      if (depth === 0) return { character: at, message: `The \`}\` at character ${at + 1} closes nothing` };
      depth -= 1;
      opened.pop();
    } else if (sign === "," && depth === 0) return { character: at, message: `The comma at character ${at + 1} stands outside braces` };
    else if (!/[A-Za-z0-9_.*?,-]/.test(sign)) return { character: at, message: `\`${sign}\` at character ${at + 1} is not allowed; use letters, digits, _, - and dots, and the wildcards *, ? and {a,b}` };
  }
  const open = opened[0];
  if (open !== undefined) return { character: open, message: `The \`{\` at character ${open + 1} is never closed` };
  if (!name.includes("{")) {
    const empty = /^\.|\.\.|\.$/.exec(name);
    if (empty) return { character: empty.index, message: `No name can match: a segment is empty at character ${empty.index + 1}` };
  }
  const all = expanded(name);
  if (all === undefined) return { message: "It stands for more than 1,024 patterns" };
  if (name === "casemate") return { message: "The bare name casemate is refused; its permissions are casemate.…" };
  return undefined;
}

function isOfType(value: unknown, type: string): boolean {
  const element = /^list<(\w+)>$/.exec(type)?.[1];
  if (element !== undefined) return Array.isArray(value) && value.every((one) => isOfType(one, element));
  if (type === "bool") return typeof value === "boolean";
  if (type === "int") return typeof value === "number" && Number.isInteger(value);
  if (type === "double") return typeof value === "number";
  return typeof value === "string";
}

/** The declarations of one property among what a pattern reaches. */
export function declarations(declared: readonly DeclaredPermission[], name: string): PropertySchema[] {
  return declared.flatMap((one) => (one.properties[name] ? [one.properties[name]] : []));
}

function propertyMistake(value: unknown, declared: readonly PropertySchema[]): string | undefined {
  if (declared.every(({ opaque, type }) => opaque && type === undefined)) return undefined;
  if (declared.some(({ type, pattern }) => (type === undefined || isOfType(value, type)) && (pattern === undefined || typeof value !== "string" || fits(pattern, value)))) return undefined;
  const types = [...new Set(declared.map(({ type }) => type))].join(" or ");
  const pattern = declared.find((one) => one.pattern !== undefined && typeof value === "string" && (one.type === undefined || isOfType(value, one.type)))?.pattern;
  if (pattern !== undefined) return `It must fit ${pattern}`;
  return `It must be a ${types}, and is ${JSON.stringify(value)}`;
}

/** Where the browser cannot read a pattern of the schema, the server judges alone. */
function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function permissionMistakes(permission: unknown, pointer: string, schemas: readonly ApplicationSchema[] | undefined): Wrong[] {
  if (typeof permission !== "object" || permission === null || Array.isArray(permission)) return [{ pointer, message: "A permission is an object: { \"name\": … }" }];
  const { name, deny, ...rest } = permission as Record<string, unknown>;
  if (typeof name !== "string") return [{ pointer: name === undefined ? pointer : `${pointer}/name`, message: name === undefined ? "The permission has no name: add one, such as \"name\": \"shop.order.read\"" : "The name has to be a text" }];
  const found: Wrong[] = [];
  const wrong = nameMistake(name);
  if (wrong) found.push({ pointer: `${pointer}/name`, ...wrong });
  if (deny !== undefined && typeof deny !== "boolean") found.push({ pointer: `${pointer}/deny`, message: "deny must be true or false" });
  if (wrong || !schemas) return found;
  const declared = reached(schemas, name);
  const owner = ownerOf(schemas, name);
  if (declared.length === 0 && owner && Object.keys(rest).length === 0 && !owner.isOpaque) found.push({ pointer: `${pointer}/name`, message: `${owner.title} declares nothing that this matches` });
  for (const [property, value] of Object.entries(rest)) {
    const at = `${pointer}/${escaped(property)}`;
    const said = declarations(declared, property);
    if (value === null) found.push({ pointer: at, message: "null says nothing: leave the property out for no restriction" });
    else if (said.length > 0) {
      const message = propertyMistake(value, said);
      if (message !== undefined) found.push({ pointer: at, message });
    } else if (declared.length > 0 && declared.every(({ application }) => !application.isOpaque)) {
      const names = [...new Set(declared.flatMap((one) => Object.keys(one.properties)))].sort();
      found.push({ pointer: at, message: `Nothing that ${name} reaches declares ${property}: ${names.length === 0 ? "it has no properties" : `there are ${names.join(", ")}`}` });
    }
  }
  return found;
}

/** Mistakes that would be refused, or that would do nothing. The server judges after all. */
export function mistakesOf(value: unknown, schemas: readonly ApplicationSchema[] | undefined): Wrong[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ pointer: "", message: "A role is an object: { \"name\": …, \"permissions\": [] }" }];
  const role = value as Record<string, unknown>;
  const found: Wrong[] = [];
  if (typeof role["name"] !== "string" || role["name"].trim() === "") found.push({ pointer: role["name"] === undefined ? "" : "/name", message: "Name the role" });
  for (const member of ["title", "description"]) if (role[member] !== undefined && role[member] !== null && typeof role[member] !== "string") found.push({ pointer: `/${member}`, message: "It has to be a text" });
  for (const member of Object.keys(role)) if (!["name", "title", "description", "extends", "permissions"].includes(member)) found.push({ pointer: `/${escaped(member)}`, message: "A role has no such member: there are name, title, description, extends and permissions" });
  const all = role["extends"];
  if (all !== undefined && !(Array.isArray(all) && all.every((one) => typeof one === "string"))) found.push({ pointer: "/extends", message: "It has to be a list of names of roles" });
  else if (Array.isArray(all) && (all as unknown[]).includes(role["name"])) found.push({ pointer: `/extends/${(all as unknown[]).indexOf(role["name"])}`, message: "No role extends itself" });
  if (!Array.isArray(role["permissions"])) found.push({ pointer: role["permissions"] === undefined ? "" : "/permissions", message: "The permissions have to be a list" });
  else role["permissions"].forEach((permission, index) => found.push(...permissionMistakes(permission, `/permissions/${index}`, schemas)));
  return found;
}

/** What the server says, at the character where it says so; of what it refused to write that stands in its words alone: "'!' at character 8". */
export function fromServer(mistakes: readonly Wrong[], located: Located): Wrong[] {
  return mistakes.map(({ pointer, message, character: told }) => {
    if (told !== undefined) return { pointer, message, character: told };
    const isOfName = /^\/permissions\/\d+$/.test(pointer) && message.includes("`name` is refused") && located.values.has(`${pointer}/name`);
    const character = isOfName ? Number(/at character (\d+)/.exec(message)?.[1]) - 1 : NaN;
    return { pointer: isOfName ? `${pointer}/name` : pointer, message, ...(Number.isNaN(character) ? {} : { character }) };
  });
}

/** Where a mistake stands in the text. What has no place of its own stands where it is missing. */
export function placeOf({ pointer, character }: Wrong, text: string, located: Located): Place {
  let at = pointer;
  while (!located.values.has(at) && at !== "") at = at.slice(0, at.lastIndexOf("/"));
  const place = located.values.get(at) ?? { from: 0, to: text.length };
  if (character !== undefined && text[place.from] === '"') {
    // Characters that may stand in names are written as they are.
    const from = place.from + 1 + character;
    return { from, to: Math.min(from + 1, place.to) };
  }
  const name = located.names.get(at);
  if (name && at === pointer && (text[place.from] === "{" || text[place.from] === "[")) return name;
  return at === "" || text[place.from] === "{" ? { from: place.from, to: place.from + 1 } : place;
}
