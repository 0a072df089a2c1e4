/** From which character to which something stands in a text. */
export interface Place {
  from: number;
  to: number;
}

/** A text in JSON, with where everything in it stands. */
export interface Located {
  value?: unknown;
  /** What is no JSON, and at which character. */
  error?: { at: number; message: string };
  /** Values by JSON pointer. */
  values: Map<string, Place>;
  /** Names of members by the pointer of their values. */
  names: Map<string, Place>;
}

/** Deeper than this nothing is read. */
const DEEPEST = 64;

class Wrong extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** A member's name as a part of a JSON pointer. */
export const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** Reads JSON as the API does: members that stand twice are refused, and numbers that a browser cannot keep. */
export function locate(text: string): Located {
  const values = new Map<string, Place>();
  const names = new Map<string, Place>();
  let at = 0;
  const space = () => {
    while (/[ \t\r\n]/.test(text[at] ?? "")) at += 1;
  };
  const expect = (sign: string, where: string) => {
    if (text[at] !== sign) throw new Wrong(at, at >= text.length ? `The text ends where \`${sign}\` is missing ${where}` : `\`${sign}\` is missing ${where}`);
    at += 1;
  };
  const string = (): string => {
    const found = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    found.lastIndex = at;
    const match = found.exec(text);
    if (!match) throw new Wrong(at, "This text does not end, or holds a character that has to be escaped");
    at = found.lastIndex;
    return JSON.parse(match[0]) as string;
  };
  const read = (pointer: string, depth: number): unknown => {
    if (depth > DEEPEST) throw new Wrong(at, "This is nested too deeply");
    space();
    const from = at;
    const value = one(pointer, depth);
    values.set(pointer, { from, to: at });
    return value;
  };
  const one = (pointer: string, depth: number): unknown => {
    const sign = text[at];
    if (sign === '"') return string();
    if (sign === "{") {
      at += 1;
      const object: Record<string, unknown> = {};
      space();
      if (text[at] === "}") {
        at += 1;
        return object;
      }
      for (;;) {
        space();
        const from = at;
        if (text[at] !== '"') throw new Wrong(at, "A name in double quotes is missing here");
        const name = string();
        if (Object.hasOwn(object, name)) throw new Wrong(from, `\`${name}\` stands here twice`);
        const inner = `${pointer}/${escaped(name)}`;
        names.set(inner, { from, to: at });
        space();
        expect(":", "behind the name");
        Object.defineProperty(object, name, { value: read(inner, depth + 1), enumerable: true, writable: true, configurable: true });
        space();
        if (text[at] === "}") break;
        expect(",", "between members");
      }
      at += 1;
      return object;
    }
    if (sign === "[") {
      at += 1;
      const list: unknown[] = [];
      space();
      if (text[at] === "]") {
        at += 1;
        return list;
      }
      for (;;) {
        list.push(read(`${pointer}/${list.length}`, depth + 1));
        space();
        if (text[at] === "]") break;
        expect(",", "between entries");
      }
      at += 1;
      return list;
    }
    const found = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    found.lastIndex = at;
    const match = found.exec(text);
    if (!match) throw new Wrong(at, at >= text.length ? "The text ends where a value is missing" : "A value is missing here");
    const value: unknown = JSON.parse(match[0]);
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Wrong(at, "A browser cannot keep this number exactly: change this role by API");
    at = found.lastIndex;
    return value;
  };
  try {
    const value = read("", 0);
    space();
    if (at < text.length) throw new Wrong(at, "The text goes on behind its end");
    return { value, values, names };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { error: { at: error.at, message: error.message }, values, names };
  }
}
