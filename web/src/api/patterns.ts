/** The longest pattern that is looked at: the server takes none that is longer. */
const LONGEST = 4096;

/** One sign of a pattern, and the places behind it, by their numbers. Without a sign, it is gone through for nothing. */
interface Step {
  sign?: string;
  next: number[];
}

/** How many patterns are kept as they were read. */
const KEPT = 1000;
const known = new Map<string, Step[] | undefined>();

function parsedOf(pattern: string): Step[] | undefined {
  if (!known.has(pattern)) {
    if (known.size >= KEPT) known.clear();
    known.set(pattern, parse(pattern));
  }
  return known.get(pattern);
}

/** A pattern as steps, as many as it has signs and one; nothing where its braces are not closed. The last one is its end. */
function parse(pattern: string): Step[] | undefined {
  const steps: Step[] = [];
  // Of each brace that is open: where it opens, and where its alternatives end.
  const open: { at: number; ends: number[] }[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern.charAt(at);
    const inner = open.at(-1);
    if (sign === "{") {
      open.push({ at, ends: [] });
      steps.push({ next: [at + 1] });
    } else if (sign === "}") {
      if (inner === undefined) return undefined;
      open.pop();
      for (const end of inner.ends) steps[end] = { next: [at + 1] };
      steps.push({ next: [at + 1] });
    } else if (sign === "," && inner !== undefined) {
      inner.ends.push(at);
      steps[inner.at]?.next.push(at + 1);
      steps.push({ next: [] });
    } else {
      steps.push({ sign, next: [at + 1] });
    }
  }
  return open.length === 0 ? [...steps, { next: [] }] : undefined;
}

/** Goes through a name once, with all places of the pattern that it may be at: never more work than their product. */
function runs(steps: Step[], name: string): boolean {
  let at = reached(steps, [0]);
  for (const sign of name) {
    const next: number[] = [];
    for (const place of at) {
      const step = steps[place];
      if (step?.sign === "*") next.push(place);
      else if (step?.sign === sign || (step?.sign === "?" && sign !== ".")) next.push(place + 1);
    }
    if (next.length === 0) return false;
    at = reached(steps, next);
  }
  return at.has(steps.length - 1);
}

/** All places that are reached from some without a sign. */
function reached(steps: Step[], from: number[]): Set<number> {
  const all = new Set<number>();
  const rest = [...from];
  for (let place = rest.pop(); place !== undefined; place = rest.pop()) {
    if (all.has(place)) continue;
    all.add(place);
    const step = steps[place];
    if (step && (step.sign === undefined || step.sign === "*")) rest.push(...step.next);
  }
  return all;
}

/**
 * Whether a granted name matches a requested one: `*` is any run of characters, `?` one that is no dot, `{a,b}` one of several.
 * No wildcard reaches into the namespace `casemate`: a pattern for it begins with the word.
 */
export function matches(pattern: string, name: string): boolean {
  if (pattern.length > LONGEST) return false;
  const isReserved = name.startsWith("casemate.");
  if (isReserved && !/^(\{)?casemate/.test(pattern)) return false;
  const parsed = parsedOf(pattern);
  return parsed !== undefined && runs(parsed, name);
}

/** A permission that somebody holds. */
export interface Held {
  permission: Record<string, unknown>;
  from?: string | null;
  until?: string | null;
}

/**
 * Whether what somebody holds may allow a name. Conditions are for the server to judge: a permission with some counts, and a
 * denial with some does not.
 */
export function mayDo(held: readonly Held[], name: string, now: number): boolean {
  let isAllowed = false;
  for (const { permission, from, until } of held) {
    const pattern = permission["name"];
    if (typeof pattern !== "string" || !matches(pattern, name)) continue;
    if ((from && Date.parse(from) > now) || (until && Date.parse(until) <= now)) continue;
    if (permission["deny"] === true) {
      if (Object.keys(permission).length === 2) return false;
    } else {
      isAllowed = true;
    }
  }
  return isAllowed;
}
