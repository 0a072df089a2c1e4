import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

/** What a server says to somebody who presents a key. */
const me = (key: string) => fetch(`${console.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } }).then((response) => response.status);

describe("service accounts", () => {
  it("get a key that is shown once, rotated and revoked", async () => {
    const page = await console.page(`/service-accounts/${console.seeded.serviceAccounts["gateway"]}`);
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Title", { exact: true }).fill("deploy pipeline");
    await page.getByRole("button", { name: "Create key" }).click();
    const shown = page.getByRole("group", { name: "API key" }).locator("code");
    const first = (await shown.textContent()) ?? "";
    expect(first).toMatch(/^cmk_/);
    expect(await me(first)).toBe(200);
    await page.getByRole("button", { name: "I have copied it" }).click();
    expect(await page.content()).not.toContain(first);

    await page.getByRole("button", { name: "More about deploy pipeline" }).click();
    await page.getByRole("menuitem", { name: "Rotate" }).click();
    await page.getByRole("button", { name: "Rotate key" }).click();
    const second = (await shown.textContent()) ?? "";
    expect(second).not.toBe(first);
    await page.getByRole("button", { name: "I have copied it" }).click();
    expect([await me(first), await me(second)]).toEqual([200, 200]);

    await page.getByRole("link", { name: "deploy pipeline" }).first().click();
    await page.waitForURL(/\/api-keys\//);
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("alertdialog").getByText("It cannot be put into force again").waitFor();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await page.getByText("deploy pipeline was revoked").waitFor();
    expect([await me(first), await me(second)].sort()).toEqual([200, 401]);
    await page.close();
  });

  it("are disabled with what that costs, and enabled again by undoing", async () => {
    const id = console.seeded.serviceAccounts["reporting"] ?? "";
    const page = await console.page(`/service-accounts/${id}`);
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Disable" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("1 key in force is refused").waitFor();
    await dialog.getByRole("button", { name: "Disable" }).click();
    await page.getByText("reporting was disabled").waitFor();
    expect((await console.api.get(`/api/v1/service-accounts/${id}`)).document.disabled).toBe(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect((await console.api.get(`/api/v1/service-accounts/${id}`)).document.disabled ?? false).toBe(false);
    await page.close();
  });

  it("are made with a name, and deleted where nothing needs them", async () => {
    const page = await console.page("/service-accounts");
    await page.getByRole("button", { name: "New service account" }).click();
    await page.getByLabel("Name", { exact: true }).fill("billing");
    await page.getByRole("button", { name: "Create service account" }).click();
    await page.getByRole("heading", { name: "billing" }).waitFor();
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByLabel("Type billing to confirm").fill("billing");
    await page.getByRole("button", { name: "Delete service account" }).click();
    await page.getByText("billing was deleted").waitFor();
    await page.close();
  });

  it("have pages that everybody can use, and their keys do", async () => {
    const id = console.seeded.serviceAccounts["gateway"];
    for (const path of ["/service-accounts", `/service-accounts/${id}`, `/service-accounts/${id}#tab=assignments`, "/api-keys", "/api-keys#state=revoked", `/api-keys/${console.seeded.apiKeys["expiring"]}`]) {
      const page = await console.page(path);
      await check(page);
      await page.close();
    }
  });

  it("show keys that end first, and those that were revoked", async () => {
    const page = await console.page("/api-keys");
    const ending = page.getByRole("grid", { name: "API keys that end soon" });
    await ending.getByRole("link", { name: "nightly build" }).waitFor();
    const text = (await ending.textContent()) ?? "";
    expect(text.indexOf("nightly build")).toBeLessThan(text.indexOf("gateway, notes only"));
    await page.goto(`${console.url}/console/api-keys#state=revoked`);
    await page.getByRole("link", { name: "reporting, lost" }).waitFor();
    await page.close();
  });
});
