import type { Schema } from "../../api";

/** Without what says nothing. */
function withoutEmpty(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ""));
}

export type EventSearch = Schema<"EventSearch">;

/** What a search says, as the fragment of the page's address keeps it. */
export const NOTHING = {
  search: "",
  actor: "",
  party: "",
  subject: "",
  action: "",
  kind: "",
  area: "",
  resource: "",
  outcome: "",
  reason: "",
  client: "",
  request: "",
  application: "",
  tenant: "",
  value: "",
  range: "",
  since: "",
  until: "",
  scope: "",
  sort: "-id",
};
export type Terms = typeof NOTHING;

/** Of all kinds but one: what is read is most of a log. */
export const ALL_BUT_READS = "-read";

const MINUTE = 60_000;
/** How far back, in milliseconds. */
export const RANGES: Record<string, number> = { "15m": 15 * MINUTE, "1h": 60 * MINUTE, "24h": 1440 * MINUTE, "7d": 7 * 1440 * MINUTE, "30d": 30 * 1440 * MINUTE };

/** `role:rol_1`, `role`, or an id alone. */
export function resourceOf(text: string): { resource_type?: string; resource_id?: string } {
  const at = text.indexOf(":");
  if (at > 0) return { resource_type: text.slice(0, at), ...(at + 1 < text.length ? { resource_id: text.slice(at + 1) } : {}) };
  if (text === "") return {};
  return /^[a-z]{2,4}_/.test(text) ? { resource_id: text } : { resource_type: text };
}

/** A value of a typed search: in quotation marks where it holds what would end it. */
function typed(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value;
}

/** What is sent. `now` is what a time back is counted from: the beginning of its minute. */
export function bodyOf(terms: Terms, now: number): EventSearch {
  const back = RANGES[terms.range];
  const since = back === undefined ? terms.since : new Date(Math.floor((now - back) / MINUTE) * MINUTE).toISOString();
  const search = [terms.search, terms.tenant === "" ? "" : `tenant:${typed(terms.tenant)}`].filter((part) => part !== "").join(" ");
  return withoutEmpty({
    search,
    actor: terms.actor,
    party: terms.party,
    subject: terms.subject,
    action: terms.action,
    kind: terms.kind === ALL_BUT_READS ? "" : terms.kind,
    not_kinds: terms.kind === ALL_BUT_READS ? ["read"] : undefined,
    area: terms.area,
    ...resourceOf(terms.resource),
    outcome: terms.outcome,
    reason: terms.reason,
    client: terms.client,
    request_id: terms.request,
    application: terms.application,
    value: terms.value,
    since,
    until: back === undefined ? terms.until : "",
    everywhere: terms.tenant !== "" || terms.scope === "everywhere" ? true : undefined,
    installation: terms.tenant === "" && terms.scope === "installation" ? true : undefined,
    sort: terms.sort === "id" ? "id" : undefined,
  }) as EventSearch;
}

/** The terms of a search that was kept. */
export function termsOf(search: EventSearch): Terms {
  const resource = search.resource_type ? `${search.resource_type}${search.resource_id ? `:${search.resource_id}` : ""}` : (search.resource_id ?? "");
  return {
    ...NOTHING,
    search: search.search ?? "",
    actor: search.actor ?? "",
    party: search.party ?? "",
    subject: search.subject ?? "",
    action: search.action ?? "",
    kind: search.kind ?? (search.not_kinds?.includes("read") ? ALL_BUT_READS : ""),
    area: search.area ?? "",
    resource,
    outcome: search.outcome ?? "",
    reason: search.reason ?? "",
    client: search.client ?? "",
    request: search.request_id ?? "",
    application: search.application ?? "",
    value: search.value ?? "",
    since: search.since ?? "",
    until: search.until ?? "",
    scope: search.everywhere ? "everywhere" : search.installation ? "installation" : "",
    sort: search.sort ?? "-id",
  };
}

/** Where the events are that fit: `/audit/events#actor=ada`. */
export function eventsLink(terms: Partial<Terms>): string {
  const text = new URLSearchParams(withoutEmpty(terms) as Record<string, string>).toString();
  return `/audit/events${text === "" ? "" : `#${text}`}`;
}

/** Where all is told of somebody or something. */
export function timelineLink(of: { identity: string } | { type: string; id: string }): string {
  return `/audit/timeline#${new URLSearchParams(of).toString()}`;
}

/** Whether anything is sought at all. */
export function isSought(terms: Terms): boolean {
  return Object.entries(terms).some(([name, value]) => name !== "sort" && value !== "");
}
