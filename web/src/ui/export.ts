import { ownHeaders, problemOf } from "../api/client";
import type { Asked } from "../api/pages";
import { tenantInUrl } from "../api/tenant";

/** The most entries of a page that the API gives. */
const MOST = 1000;

/** How an export is followed and ended. */
export interface Exporting {
  signal: AbortSignal;
  /** How many entries came. */
  onProgress?: (entries: number) => void;
}

async function send({ path, body }: Asked, more: object, accept: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(path, {
    method: "POST",
    headers: { ...ownHeaders(), "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify({ ...body, ...more }),
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The whole list as comma-separated values, as the server writes it. */
export async function asCsv(asked: Asked, { signal }: Exporting): Promise<Blob> {
  return (await send(asked, {}, "text/csv", signal)).blob();
}

/** The whole list as JSON: all pages, one after the other. Each becomes text as it comes, which the browser may keep on disk. */
export async function asJson(asked: Asked, { signal, onProgress }: Exporting): Promise<Blob> {
  const pieces: Blob[] = [];
  let entries = 0;
  let after: string | undefined;
  do {
    const response = await send(asked, { limit: MOST, ...(after === undefined ? {} : { after }) }, "application/json", signal);
    const page = (await response.json()) as { items: unknown[]; next?: string | null };
    const next = page.next ?? undefined;
    // It would be the same page for ever.
    if (next !== undefined && next === after) throw new Error("The server gave the same page twice: the export was given up");
    const text = page.items.map((item) => `  ${JSON.stringify(item, null, 2).replaceAll("\n", "\n  ")}`).join(",\n");
    if (text !== "") pieces.push(new Blob([entries === 0 ? "\n" : ",\n", text]));
    entries += page.items.length;
    onProgress?.(entries);
    after = next;
  } while (after !== undefined);
  return new Blob(["[", ...pieces, entries === 0 ? "]\n" : "\n]\n"], { type: "application/json" });
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
