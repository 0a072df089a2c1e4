/**
 * JSON with all digits of whole numbers: those that JavaScript's numbers would round are bigints, on the way in and on
 * the way out. Elsewhere it is what `JSON` reads and writes.
 */

/** What may be too long for a number; where there is none, nothing else need be looked at. */
const LONG = /\d{16}/;
/** A string, a member's name among them, or a number. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const STRINGS = /"([^"\\]*(?:\\.[^"\\]*)*)"(:?)/g;
/** Characters of a whole number of 64 bits at most; what is longer is no whole number to the engine either. */
const DIGITS = 20;

/** Reads JSON. Throws a `SyntaxError`. */
export function parse(json: string): unknown {
  const value: unknown = JSON.parse(json);
  if (!LONG.test(json)) return value;
  let isExact = true;
  // Every string gets a letter in front, so that none can be taken for a number that got one.
  const marked = json.replace(TOKENS, (token, name?: string) => {
    if (name !== undefined) return token;
    if (token.startsWith('"')) return `"s${token.slice(1)}`;
    if (token.length > DIGITS || !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))) return token;
    isExact = false;
    return `"n${token}"`;
  });
  if (isExact) return value;
  return JSON.parse(marked, (_, member: unknown) => {
    if (typeof member !== "string") return member;
    return member.startsWith("n") ? BigInt(member.slice(1)) : member.slice(1);
  });
}

type Replacer = (name: string, member: unknown) => unknown;

/** Writes JSON; what JSON has no word for is `null`. */
export function stringify(value: unknown, replacer?: Replacer): string {
  try {
    return (JSON.stringify(value, replacer) as string | undefined) ?? "null";
  } catch (error) {
    // A bigint, or what cannot be written at all and fails again.
    if (!(error instanceof TypeError)) throw error;
  }
  const marked = JSON.stringify(value, (name, member: unknown) => {
    const written = replacer ? replacer(name, member) : member;
    if (typeof written === "bigint") return `n${written}`;
    return typeof written === "string" || written instanceof String ? `s${written.toString()}` : written;
  });
  return marked.replace(STRINGS, (token, text: string, colon: string) => {
    if (colon) return token;
    return text.startsWith("n") ? text.slice(1) : `"${text.slice(1)}"`;
  });
}

/** The same text for values that differ only in the order of their members. */
export function canonical(value: unknown): string {
  return stringify(value, (_, member) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    // What a number or a text was wrapped in has no members.
    if (member instanceof String || member instanceof Number || member instanceof Boolean) return member.valueOf();
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
