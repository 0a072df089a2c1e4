// Every page that has an address: it opens by it, and keeps what all pages keep.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GUIDE } from "../scripts/guide.mjs";
import { check, settled, startConsole } from "./support/console";
import { shifts } from "./support/shift";

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

const PICTURES_OF_GUIDE = fileURLToPath(new URL("../../docs/guide/console", import.meta.url));

/** The picture of each page in docs/guide/console. */
const PICTURES: Record<string, string> = {
  "/": "home",
  "/about": "about",
  "/access-review": "access-review",
  "/access-review/record": "access-review-record",
  "/alert-receivers": "alert-receivers",
  "/alerts": "alerts",
  "/alerts/$id": "alert",
  "/api-keys": "api-keys",
  "/api-keys/$id": "api-key",
  "/applications": "applications",
  "/applications/$id": "application",
  "/assignments": "assignments",
  "/assignments/$id": "assignment",
  "/audit-sinks": "audit-sinks",
  "/audit-sinks/$id": "audit-sink",
  "/audit/erase": "erase",
  "/audit/events": "events",
  "/audit/events/$id": "event",
  "/audit/holds": "holds",
  "/audit/log": "log",
  "/audit/strangers": "strangers",
  "/audit/tail": "tail",
  "/audit/timeline": "timeline",
  "/blocks": "blocks",
  "/detections": "detections",
  "/detections/$id": "detection",
  // A new one is written in the editor that changes one.
  "/detections/new": "detection",
  "/event-ceilings": "event-ceilings",
  "/event-types": "event-types",
  "/groups": "groups",
  "/groups/$id": "group",
  "/health": "health",
  "/matrix": "who-can",
  "/permission-sources": "permission-sources",
  "/policy": "policy",
  "/policy/$revision": "policy-version",
  "/policy/diff": "policy-diff",
  "/providers": "providers",
  "/providers/$id": "provider",
  "/providers/$id/edit": "provider-edit",
  "/providers/new": "provider-new",
  "/resources": "resources",
  "/resources/$application/$type/$id": "resource",
  "/roles": "roles",
  "/roles/$id": "role",
  "/roles/$id/edit": "role-edit",
  "/roles/new": "role-edit",
  "/service-accounts": "service-accounts",
  "/service-accounts/$id": "service-account",
  "/sessions": "sessions",
  "/settings": "settings",
  "/teams": "teams",
  "/teams/$id": "team",
  "/tenants": "tenants",
  "/tenants/$id": "tenant",
  "/users": "users",
  "/users/$id": "user",
  "/who-am-i": "who-am-i",
  "/why": "why",
};

/** What stands where a value was written that is none. */
const NO_WORDS = /\bundefined\b|\bNaN\b|\[object |Invalid Date/;

const isCalm = ({ sum }: { sum: number }): boolean => sum < 0.1;

describe("every page", () => {
  it("is found in the sources", () => {
    expect(ROUTES.length).toBeGreaterThan(40);
    expect(Object.keys(EXAMPLES).filter((path) => !ROUTES.includes(path))).toEqual([]);
    expect(ROUTES.filter((path) => path.includes("$") && !(path in EXAMPLES)), "pages without an example of their address").toEqual([]);
  });

  it("has a picture in the guide", () => {
    const readme = readFileSync(`${PICTURES_OF_GUIDE}/README.md`, "utf8");
    const named = [...readme.matchAll(/!\[[^\]]+\]\(([\w-]+)\.png\)/g)].map(([, name]) => name as string);
    const there = readdirSync(PICTURES_OF_GUIDE).filter((name) => name.endsWith(".png")).map((name) => name.slice(0, -".png".length));
    expect(named.toSorted(), "what the guide's page names, and what there is").toEqual(there.toSorted());
    expect(Object.keys(PICTURES).toSorted(), "pages without a picture, and pictures of no page").toEqual(ROUTES);
    expect(Object.values(PICTURES).filter((name) => !named.includes(name))).toEqual([]);
    expect(Object.keys(GUIDE).filter((name) => !named.includes(name)), "pictures that are made and not shown").toEqual([]);
    // Those that are made anew are of the page that they stand for.
    const made: Record<string, string> = GUIDE;
    const ofAnother = Object.entries(PICTURES).filter(([route, name]) => {
      const shown = made[name];
      const editor = route.replace(/\/new$/, "/$id/edit");
      return shown !== undefined && ![route, editor].some((path) => new RegExp(`^${path.replaceAll(/\$\w+/g, "[^/]+")}(?:[#;]|$)`).test(shown));
    });
    expect(ofAnother).toEqual([]);
  });

  it.each(ROUTES)("%s opens by its address, and keeps what all pages keep", async (route) => {
    const address = (await EXAMPLES[route]?.()) ?? route;
    const page = await console.page(address, { late: true });
    await settled(page);
    expect(await shifts(page), "it jumps while it is loaded").toSatisfy(isCalm);
    expect(new URL(page.url()).pathname).toBe(`/console${address.replace(/#.*/, "")}`);
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.title()).toMatch(/^\S.* – Casemate$/);
    expect(await page.locator("main").innerText()).not.toMatch(NO_WORDS);
    await check(page);
    await page.close();
    const small = await console.page(address, { late: true, width: 390, height: 844 });
    await settled(small);
    expect(await shifts(small), "it jumps while it is loaded, on a phone").toSatisfy(isCalm);
    await small.close();
  });
});
