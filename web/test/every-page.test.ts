// Every page that has an address: it opens by it, and keeps what all pages keep.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

type Console = Awaited<ReturnType<typeof startConsole>>;

let console: Console;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const FEATURES = fileURLToPath(new URL("../src/features", import.meta.url));
/** The addresses that the areas give their pages. */
const ROUTES = readdirSync(FEATURES)
  .flatMap((area) => [...readFileSync(`${FEATURES}/${area}/index.ts`, "utf8").matchAll(/getParentRoute: \(\) => rootRoute,\s*path: "([^"]+)"/g)].map(([, path]) => path as string))
  .toSorted();

const newest = async (kind: string, body: object = {}): Promise<string> => (await console.api.post(`/api/v1/${kind}/search`, { limit: 1, ...body })).items[0].id;

/** Where the page of a thing stands, of the things that there are. */
const EXAMPLES: Record<string, () => string | Promise<string>> = {
  "/alerts/$id": async () => `/alerts/${await newest("alerts")}`,
  "/api-keys/$id": async () => `/api-keys/${await newest("api-keys")}`,
  "/applications/$id": () => `/applications/${console.seeded.applications["notes"]}`,
  "/assignments/$id": async () => `/assignments/${await newest("assignments")}`,
  "/audit-sinks/$id": async () => `/audit-sinks/${await newest("audit-sinks")}`,
  "/audit/events/$id": async () => `/audit/events/${await newest("audit-events", { outcome: "denied" })}`,
  "/audit/timeline": () => `/audit/timeline#identity=${console.seeded.users["alan"]}`,
  "/detections/$id": async () => `/detections/${await newest("detections")}`,
  "/groups/$id": () => `/groups/${console.seeded.groups["support"]}`,
  "/policy/$revision": async () => `/policy/${(await console.api.get("/api/v1/policy/versions?limit=2")).items[1].revision}`,
  "/policy/diff": () => "/policy/diff#from=5&to=9",
  "/providers/$id": () => `/providers/${console.seeded.settings.providers["corp"]}`,
  "/providers/$id/edit": () => `/providers/${console.seeded.settings.providers["corp"]}/edit`,
  "/resources/$application/$type/$id": async () => {
    const one = (await console.api.post("/api/v1/resources/search", { limit: 1 })).items[0];
    return `/resources/${one.application}/${one.type}/${one.id}`;
  },
  "/roles/$id": () => `/roles/${console.seeded.roles["order-clerk"]}`,
  "/roles/$id/edit": () => `/roles/${console.seeded.roles["order-clerk"]}/edit`,
  "/service-accounts/$id": () => `/service-accounts/${console.seeded.serviceAccounts["gateway"]}`,
  "/teams/$id": () => `/teams/${console.seeded.teams["helpdesk"]}`,
  "/tenants/$id": () => "/tenants/umbra",
  "/users/$id": () => `/users/${console.seeded.users["joan"]}`,
};

/** What stands where a value was written that is none. */
const NO_WORDS = /\bundefined\b|\bNaN\b|\[object |Invalid Date/;

describe("every page", () => {
  it("is found in the sources", () => {
    expect(ROUTES.length).toBeGreaterThan(40);
    expect(Object.keys(EXAMPLES).filter((path) => !ROUTES.includes(path))).toEqual([]);
    expect(ROUTES.filter((path) => path.includes("$") && !(path in EXAMPLES)), "pages without an example of their address").toEqual([]);
  });

  it.each(ROUTES)("%s opens by its address, and keeps what all pages keep", async (route) => {
    const address = (await EXAMPLES[route]?.()) ?? route;
    const page = await console.page(address);
    await settled(page);
    expect(new URL(page.url()).pathname).toBe(`/console${address.replace(/#.*/, "")}`);
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.title()).toMatch(/^\S.* – Casemate$/);
    expect(await page.locator("main").innerText()).not.toMatch(NO_WORDS);
    await check(page);
    await page.close();
  });
});
