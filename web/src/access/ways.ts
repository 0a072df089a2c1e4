/** What handed a permission out, as the API says it. */
export interface Origin {
  kind: string;
  name: string;
  /** "team editorial, group ops" */
  via?: string | null | undefined;
}

const PLACES: Record<string, string> = { role: "roles", team: "teams", group: "groups", source: "permission-sources" };

/** The ways by which a permission came: the role or source, and each role, team or group between it and whoever holds it. */
export function waysOf({ kind, name, via }: Origin): { kind: string; name: string; to: string | undefined }[] {
  const between = (via ?? "").split(", ").filter(Boolean);
  return [{ kind, name }, ...between.map((step) => ({ kind: step.split(" ")[0] ?? "", name: step.split(" ").slice(1).join(" ") }))].map((step) => {
    const place = PLACES[step.kind];
    return { ...step, to: place && `/${place}#search=${encodeURIComponent(step.name)}` };
  });
}

/** A value as people write it: a list by its entries, a text without quotes. */
export function asWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(asWords).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
