/** The longest pattern that is looked at: the server takes none that is longer. */
const LONGEST = 4096;

/**
 * Whether a granted name matches a requested one: `*` is any run of characters, `?` one that is no dot, `{a,b}` one of several.
 * No wildcard reaches into the namespace `casemate`: a pattern for it begins with the word.
 */
export function matches(pattern: string, name: string): boolean {
  if (pattern.length > LONGEST) return false;
  const isReserved = name.startsWith("casemate.");
  if (isReserved && !/^(\{)?casemate/.test(pattern)) return false;
  let depth = 0;
  const source = pattern.replace(/[\s\S]/g, (sign) => {
    switch (sign) {
      case "*":
        return ".*";
      case "?":
        return "[^.]";
      case "{":
        depth += 1;
        return "(?:";
      case "}":
        depth -= 1;
        return ")";
      case ",":
        return depth > 0 ? "|" : ",";
      default:
        return /[A-Za-z0-9_]/.test(sign) ? sign : `\\${sign}`;
    }
  });
  return depth === 0 && new RegExp(`^${source}$`).test(name);
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
