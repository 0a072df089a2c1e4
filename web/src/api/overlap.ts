/** More alternatives than this are refused by the server too. */
const MOST = 1024;

/** The patterns that `{a,b}` stands for, without braces; nothing where they are not closed, or too many. */
export function expanded(pattern: string): string[] | undefined {
  const open = pattern.indexOf("{");
  if (open < 0) return pattern.includes("}") ? undefined : [pattern];
  let depth = 0;
  const parts: string[] = [];
  let start = open + 1;
  for (let at = open; at < pattern.length; at += 1) {
    const sign = pattern[at];
    if (sign === "{") depth += 1;
    else if (sign === "}") depth -= 1;
    if ((sign === "," && depth === 1) || depth === 0) {
      parts.push(pattern.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) {
      const all: string[] = [];
      const rest = pattern.slice(at + 1);
      for (const part of parts) {
        const some = expanded(pattern.slice(0, open) + part + rest);
        if (some === undefined || all.length + some.length > MOST) return undefined;
        all.push(...some);
      }
      return all;
    }
  }
  return undefined;
}

function meet(a: string, b: string, known: Map<number, boolean>, i = 0, j = 0): boolean {
  const key = i * (b.length + 1) + j;
  const before = known.get(key);
  if (before !== undefined) return before;
  known.set(key, false);
  const x = a[i];
  const y = b[j];
  let does: boolean;
  if (x === undefined && y === undefined) does = true;
  else if (x === "*") does = meet(a, b, known, i + 1, j) || (y !== undefined && meet(a, b, known, i, j + 1));
  else if (y === "*") does = meet(a, b, known, i, j + 1) || (x !== undefined && meet(a, b, known, i + 1, j));
  else if (x === undefined || y === undefined) does = false;
  else does = (x === y || (x === "?" && y !== ".") || (y === "?" && x !== ".")) && meet(a, b, known, i + 1, j + 1);
  known.set(key, does);
  return does;
}

/** Whether a name can match both patterns. No wildcard reaches into `casemate`. */
export function intersects(a: string, b: string): boolean {
  const left = expanded(a);
  const right = expanded(b);
  if (left === undefined || right === undefined) return false;
  const isReserved = (pattern: string) => pattern.startsWith("casemate.");
  if (isReserved(a) !== isReserved(b)) return false;
  return left.some((one) => right.some((other) => meet(one, other, new Map())));
}
