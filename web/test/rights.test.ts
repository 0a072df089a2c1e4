import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const navigation = (page: Page) => page.getByRole("navigation", { name: "Main" }).getByRole("link");

/** Where the navigation leads. */
const offered = (page: Page): Promise<string[]> => navigation(page).evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));

/** Goes to a page of the console without loading all of it anew. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }, path);
  await settled(page);
}

/** What would change something. */
const CHANGES = /^(New|Create|Edit|Delete|Add \w|Assign|Invite|Set|Unset|Change|Remove|Revoke|Lift|End|Acknowledge|Close alert|Place|Erase|Appoint|Register)\b/;

/** The requests that were refused of somebody, as they stand in the trail. */
async function refused(id: string): Promise<string[]> {
  const { items } = (await console.api.post("/api/v1/audit-events/search", { actor: id, outcome: "denied", everywhere: true, limit: 1000 })) as { items: { action: string }[] };
  return items.map(({ action }) => action);
}

it("somebody who may read everything is offered no change, and asks for nothing that is refused", async () => {
  const id = String(console.seeded.users["hedy"]);
  await console.api.post("/api/v1/assignments", { role: "auditor", to: { provider: "casemate", id } });
  const page = await console.page("/", { context: await console.somebody(id) });
  await settled(page);
  await expect.poll(async () => (await offered(page)).length).toBeGreaterThan(10);
  const paths = await offered(page);
  const found: Record<string, string[]> = {};
  for (const path of paths) {
    await go(page, path);
    await page.locator("main h1").first().waitFor();
    const buttons = await page.locator("main button, main a").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent ?? ""));
    const wrong = [...buttons.filter((name) => CHANGES.test(name)), ...(await page.getByText(/This page failed|You may not see this/).allTextContents())];
    if (wrong.length > 0) found[path] = wrong;
  }
  expect(found).toEqual({});
  expect(await refused(id)).toEqual([]);
  await check(page);
  await page.close();
});

it("somebody who may do nothing here is told so on each page, and nothing is asked for", async () => {
  const admin = await console.page("/");
  await expect.poll(async () => (await offered(admin)).length).toBeGreaterThan(20);
  const paths = await offered(admin);
  await admin.close();
  const id = String(console.seeded.users["tim"]);
  const page = await console.page("/", { context: await console.somebody(id) });
  await settled(page);
  const own = await offered(page);
  expect(paths.length).toBeGreaterThan(own.length + 10);
  const told: string[] = [];
  for (const path of paths) {
    await go(page, path);
    await page.locator("main h1").first().waitFor();
    if ((await page.getByRole("heading", { name: "You may not see this" }).count()) > 0) told.push(path);
    expect(await page.getByText("This page failed").count(), path).toBe(0);
  }
  expect(told).toEqual(paths.filter((path) => !own.includes(path)));
  // By its address, where what they may do is not known yet.
  for (const path of ["/console/users", "/console/audit/events"]) {
    await page.goto(console.url + path);
    await page.getByRole("heading", { name: "You may not see this" }).waitFor();
  }
  expect(await refused(id)).toEqual([]);
  await check(page);
  await page.close();
});
