import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const json = (page: Page) => page.getByLabel("Role as JSON");
/** What the editor holds: lines as they are drawn. */
const written = async (page: Page) => JSON.parse((await json(page).locator(".cm-line").allInnerTexts()).join("\n")) as { permissions: Record<string, unknown>[] };
const documentOf = async (name: string) => (await console.api.post("/api/v1/roles/search", { filters: { name } })).items[0]?.document;
/** Focus goes on until it is where it should be, as somebody without a mouse gets there. */
async function tabTo(page: Page, name: RegExp) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    const said = await page.evaluate(() => {
      const at = document.activeElement;
      const labels = (at as HTMLInputElement | null)?.labels;
      return at?.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? at?.textContent ?? "";
    });
    if (name.test(said)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

describe("roles", () => {
  it("are listed, searched, and lead to one", async () => {
    const page = await console.page("/roles");
    await settled(page);
    await page.getByRole("searchbox").fill("order");
    await page.waitForURL(/#search=order/);
    await page.getByRole("link", { name: "order-manager" }).click();
    await page.waitForURL(/\/roles\/rol_/);
    await page.getByText("From").waitFor();
    const text = await page.locator("main").innerText();
    for (const said of ["shop.order.delete", "Denies", "shop.order.{list,read,update}", "Only orders up to this total"]) expect(text).toContain(said);
    await page.goto(`${console.url}/console/roles`);
    await check(page);
    await page.close();
  });

  it("say who holds them and what became of them", async () => {
    const id = console.seeded.roles["order-clerk"];
    const page = await console.page(`/roles/${id}#tab=holders`);
    await page.getByRole("tab", { name: "Who holds it" }).click();
    await page.getByText("role order-manager, group finance").first().waitFor();
    await check(page);
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("row", { name: /Created/ }).click();
    await page.getByText("As it is now").waitFor();
    await check(page);
    await page.close();
  });

  it("are edited in a form and as JSON, in step both ways", async () => {
    const page = await console.page(`/roles/${console.seeded.roles["order-clerk"]}/edit`);
    await json(page).locator(".cm-line").first().waitFor();
    await page.getByLabel("Only orders up to this total").fill("750");
    expect((await written(page)).permissions[0]?.["up_to"]).toBe(750);
    await json(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"name":"order-clerk","permissions":[{"name":"shop.product.read"},{"name":"shop.order.list","regions":["us"]}]}');
    await page.getByRole("button", { name: "Remove us" }).waitFor();
    expect(await page.getByRole("combobox", { name: "Name or pattern" }).first().inputValue()).toBe("shop.product.read");
    await check(page);
    await page.close();
  });

  it("are looked at by the server while they are written", async () => {
    const page = await console.page("/roles/new");
    await json(page).locator(".cm-line").first().waitFor();
    await json(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"name":"order-clerk","extends":["nobody-made-it"],"permissions":[{"name":"shop.product.read"}]}');
    const mistakes = page.getByRole("list", { name: "Mistakes" });
    // What the browser cannot know: that the name is taken, and that there is no such role.
    await mistakes.getByText(/order-clerk/).waitFor();
    await mistakes.getByText(/nobody-made-it/).waitFor();
    await page.getByText("2 mistakes").waitFor();
    expect(await page.locator(".cm-lintRange-error").allInnerTexts()).toEqual(['"order-clerk"', '"nobody-made-it"']);
    await check(page);
    await json(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"name":"order-clerk-2","permissions":[{"name":"shop.product.read"}]}');
    await page.getByText("Valid").waitFor();
    expect(await documentOf("order-clerk-2")).toBeUndefined();
    await page.close();
  });

  it("mark a mistake in the field and in the JSON at the very character", async () => {
    const page = await console.page(`/roles/${console.seeded.roles["order-clerk"]}/edit`);
    await json(page).locator(".cm-line").first().waitFor();
    await page.getByRole("combobox", { name: "Name or pattern" }).fill("shop.or!der.*");
    await page.getByText("`!` at character 8").first().waitFor();
    await page.locator(".cm-lintRange-error").first().waitFor();
    expect(await page.locator(".cm-lintRange-error").allInnerTexts()).toContain("!");
    await page.getByRole("combobox", { name: "Name or pattern" }).fill("shop.order.*");
    await page.getByText("Valid").waitFor();
    // What only the server knows stands at its place too.
    await page.keyboard.press("Escape");
    await json(page).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{\n  "name": "order-clerk",\n  "extends": ["nobody-knows"],\n  "permissions": []\n}');
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByRole("button", { name: "Save role" }).click();
    await page.getByText("Each is marked").waitFor();
    await page.getByRole("button", { name: "Go on editing" }).click();
    await page.locator(".cm-lintRange-error").first().waitFor();
    expect(await page.locator(".cm-lintRange-error").allInnerTexts()).toEqual(['"nobody-knows"']);
    await page.close();
  });

  it("show who gains and loses before they are saved", async () => {
    const said = (await console.api.get("/api/v1/settings")).items.find((one: { name: string }) => one.name === "decision.log.sample");
    if (said) await console.api.put(`/api/v1/settings/${said.id}`, { name: said.name, value: 1 }, said.revision);
    else await console.api.post("/api/v1/settings", { name: "decision.log.sample", value: 1 });
    const joan = console.seeded.users["joan"];
    const lookedAt = async () => (await console.api.post("/api/v1/policy/impact", { to: { role: { name: "order-clerk", permissions: [] } } })).looked_at as number;
    const before = await lookedAt();
    for (const name of ["shop.order.update", "shop.order.delete"]) await console.api.post("/api/v1/check", { subject: { type: "user", id: joan }, action: { name }, resource: { type: "order", id: "1", properties: { total: 3, region: "eu" } } });
    await expect.poll(lookedAt, { timeout: 20_000 }).toBeGreaterThan(before + 1);
    const page = await console.page(`/roles/${console.seeded.roles["order-clerk"]}/edit`);
    await page.getByRole("combobox", { name: "Name or pattern" }).fill("shop.order.delete");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
    await page.getByText("Allowed from now on").waitFor();
    await page.getByText("Denied from now on").waitFor();
    await check(page);
    await page.getByRole("button", { name: "Go on editing" }).click();
    await page.close();
  });

  it("ask before what was typed is lost", async () => {
    const page = await console.page(`/roles/${console.seeded.roles["order-clerk"]}/edit`);
    await json(page).locator(".cm-line").first().waitFor();
    await page.getByLabel("Description").fill("Kept while it is asked");
    await page.getByRole("link", { name: "Users", exact: true }).click();
    const dialog = page.getByRole("alertdialog", { name: "Leave without saving?" });
    await dialog.waitFor();
    await check(page);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await page.getByLabel("Description").inputValue()).toBe("Kept while it is asked");
    await page.getByRole("button", { name: "Cancel" }).click();
    await dialog.getByRole("button", { name: "Discard changes" }).click();
    await page.waitForURL(/\/roles\/rol_[^/]+$/);
    // Nothing was changed: nothing is asked.
    await page.goto(`${console.url}/console/roles/${console.seeded.roles["order-clerk"]}/edit`);
    await json(page).locator(".cm-line").first().waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(/\/roles\/rol_[^/]+$/);
    await page.close();
  });

  it("are made by keyboard alone", async () => {
    const page = await console.page("/roles");
    await settled(page);
    await page.keyboard.press("c");
    await page.waitForURL(/\/roles\/new/);
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await page.keyboard.type("order-auditor");
    await tabTo(page, /^Title/);
    await page.keyboard.type("Looks at orders");
    await tabTo(page, /^Add permission$/);
    await page.keyboard.press("Space");
    await page.keyboard.type("shop.order");
    await page.getByRole("option", { name: "shop.order.*" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, /Only orders of these regions/);
    await page.keyboard.press("Space");
    await page.keyboard.type("eu");
    await page.keyboard.press("Enter");
    await page.keyboard.type("us");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, /^Create role$/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/roles\/rol_/);
    expect(await documentOf("order-auditor")).toEqual({ name: "order-auditor", title: "Looks at orders", permissions: [{ name: "shop.order.*", regions: ["eu", "us"] }] });
    await page.close();
  });

  it("are found, changed and saved by keyboard alone", async () => {
    await console.api.post("/api/v1/roles", { name: "reached-by-keys", permissions: [{ name: "shop.order.read", up_to: 500 }] });
    const page = await console.page("/roles");
    await settled(page);
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await page.keyboard.type("reached-by-keys");
    await page.getByText("1 in all").waitFor();
    await tabTo(page, /^reached-by-keys$/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/roles\/rol_[^/]+$/);
    await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
    await page.keyboard.press("e");
    await page.waitForURL(/\/edit$/);
    await json(page).locator(".cm-line").first().waitFor();
    await tabTo(page, /^Title/);
    await page.keyboard.type("Reads small orders");
    await tabTo(page, /^Only orders up to this total/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("640");
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, /^Save role$/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/roles\/rol_[^/]+$/);
    expect(await documentOf("reached-by-keys")).toEqual({ name: "reached-by-keys", title: "Reads small orders", permissions: [{ name: "shop.order.read", up_to: 640 }] });
    await page.close();
  });

  it("are deleted only where nobody holds them, and are back with Undo", async () => {
    const made = await console.api.post("/api/v1/roles", { name: "short-lived", permissions: [] });
    const page = await console.page(`/roles/${made.id}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByText("Nobody holds it.").waitFor();
    await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").first().fill("short-lived");
    await page.getByRole("button", { name: "Delete role" }).click();
    await page.waitForURL(/\/roles$/);
    expect(await documentOf("short-lived")).toBeUndefined();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => documentOf("short-lived")).toBeDefined();
    await page.close();
  });
});
