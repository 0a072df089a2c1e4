import createClient, { type Middleware } from "openapi-fetch";
import { ApiError } from "./error";
import type { paths } from "./schema";
import { tenantInUrl } from "./tenant";

/** The newest revision that this page has seen: what is read afterwards is not from before it, whichever replica answers. */
let seen = 0;
/** Routes that take `Casemate-At-Least`: those of what is configured and of people. */
const FOLLOWS = /^\/api\/v1\/(?!me$|identity\/|audit-log\/|log-levels)/;

const conventions: Middleware = {
  onRequest({ request, schemaPath }) {
    const tenant = tenantInUrl();
    if (tenant !== undefined && !request.headers.has("Casemate-Tenant")) request.headers.set("Casemate-Tenant", tenant);
    if (seen > 0 && FOLLOWS.test(schemaPath)) request.headers.set("Casemate-At-Least", String(seen));
    return request;
  },
  async onResponse({ request, response }) {
    const revision = Number(response.headers.get("casemate-revision"));
    if (request.method !== "GET" && revision > seen) seen = revision;
    if (!response.ok && response.status !== 304) throw await problemOf(response);
    return response;
  },
  onError({ error }) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === "AbortError")) return undefined;
    return new ApiError(0, { code: "unreachable" });
  },
};

/** What an answer that is none says. */
export async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return new ApiError(response.status, value as Record<string, unknown>, response.headers);
  } catch {
    // A proxy answered, or nobody did.
  }
  return new ApiError(response.status, {}, response.headers);
}

/** The API, typed by its description. Whatever is no success is thrown as an `ApiError`. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
api.use(conventions);

/** What came, of a request that throws otherwise: `got(await api.GET(…))`. */
export function got<T>(answer: { data?: T }): Exclude<NonNullable<T>, string> {
  if (answer.data === undefined || answer.data === null) throw new ApiError(0, { title: "The server answered nothing" });
  return answer.data as Exclude<NonNullable<T>, string>;
}

/** The value of `If-Match` for something that was read: nothing that was changed since is overwritten. */
export function ifMatch(entry: { revision: number }): { "If-Match": string } {
  return { "If-Match": `"${entry.revision}"` };
}

/** The headers that the console's own requests without openapi-fetch carry. */
export function ownHeaders(): Record<string, string> {
  const tenant = tenantInUrl();
  return tenant === undefined ? {} : { "Casemate-Tenant": tenant };
}
