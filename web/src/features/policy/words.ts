const VERBS: Record<string, string> = { create: "Created", update: "Changed", delete: "Deleted", steer: "Steered", make: "Created", appoint: "Appointed", forget: "Forgot" };

/** The parts of a name that the API writes as a list: whom an assignment gives what, who a user is. */
function partsOf(name: string): string[] | undefined {
  if (!name.startsWith("[")) return undefined;
  try {
    const parts: unknown = JSON.parse(name);
    return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** What a kind of object is called: `audit-sink` is an audit sink. */
export function kindName(kind: string): string {
  return kind.replaceAll("-", " ").replace(/\bapi\b/, "API");
}

/** What an object is called, as somebody would say it: `catalogue to grace@example.com`. */
export function objectName(kind: string, name: string): string {
  const parts = partsOf(name);
  if (!parts) return name;
  if (kind === "assignment") {
    const [what, provider, , by, who] = parts.length > 6 && parts[0] === "team" ? parts.slice(1) : parts;
    const whom = by === "group" ? `group ${who}` : who;
    return `${what} to ${whom}${provider === "casemate" || provider === "" || provider === undefined ? "" : ` of ${provider}`}`;
  }
  return parts.filter(Boolean).join(" ");
}

/** A summary of the API, such as `create the audit-sink siem`, in a sentence. */
export function summaryText(summary: string): string {
  const [, verb = "", kind = "", name = ""] = /^([a-z]+) the (api-key|[a-z]+(?:-[a-z]+)*) (.+)$/s.exec(summary) ?? [];
  if (verb in VERBS && !summary.includes(" the audit sink ")) return `${VERBS[verb]} ${kindName(kind)} ${objectName(kind, name)}`;
  if (summary.toLowerCase() === "users and groups") return "Changed users and groups";
  return summary.charAt(0).toUpperCase() + summary.slice(1);
}
