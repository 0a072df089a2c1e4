import { ownHeaders, problemOf } from "../api/client";
import type { Asked } from "../api/pages";
import { tenantInUrl } from "../api/tenant";

/** The most entries of a page that the API gives. */
const MOST = 1000;

function send({ path, body }: Asked, more: object, accept: string): Promise<Response> {
  return fetch(path, {
    method: "POST",
    headers: { ...ownHeaders(), "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify({ ...body, ...more }),
  });
}

/** The whole list as comma-separated values, as the server writes it. */
export async function asCsv(asked: Asked): Promise<Blob> {
  const response = await send(asked, {}, "text/csv");
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

/** The whole list as JSON: all pages, one after the other. */
export async function asJson(asked: Asked): Promise<Blob> {
  const items: unknown[] = [];
  let after: string | undefined;
  do {
    const response = await send(asked, { limit: MOST, ...(after === undefined ? {} : { after }) }, "application/json");
    if (!response.ok) throw await problemOf(response);
    const page = (await response.json()) as { items: unknown[]; next?: string | null };
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return new Blob([JSON.stringify(items, null, 2), "\n"], { type: "application/json" });
}

/** Has the browser save something as a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same request for a shell; the credential comes from the variable CASEMATE_KEY. */
export function asCurl(request: { method?: string; path: string; body?: unknown; tenant?: boolean }): string {
  const tenant = request.tenant === false ? undefined : tenantInUrl();
  const parts = [
    `curl ${quoted(location.origin + request.path)}`,
    ...(request.method === undefined || request.method === "GET" || (request.method === "POST" && request.body !== undefined) ? [] : [`-X ${request.method}`]),
    '-H "Authorization: Bearer $CASEMATE_KEY"',
    ...(tenant === undefined ? [] : [`-H ${quoted(`Casemate-Tenant: ${tenant}`)}`]),
    ...(request.body === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(request.body))}`]),
  ];
  return parts.join(" \\\n  ");
}
