import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

/** Types into the editor as a person does. */
async function write(page: Awaited<ReturnType<typeof console.page>>, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Sigma rules" }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

describe("settings", () => {
  it.each([
    ["/health", "Not reachable"],
    ["/about", "Apache-2.0"],
    ["/policy", "Created provider corp"],
    ["/detections", "mass-export"],
    ["/detections/new#pack=audit-gap", "It comes with Casemate"],
    ["/permission-sources", "shop.order.*"],
    ["/alert-receivers", "Switched off"],
    ["/settings", "365 days"],
    ["/event-types", "A note is published"],
    ["/event-ceilings", "100,000"],
  ])("%s shows what there is", async (path, text) => {
    const page = await console.page(path);
    await page.getByText(text).first().waitFor();
    await page.close();
  });

  it("are changed, and taken back", async () => {
    const page = await console.page("/settings");
    await page.getByRole("button", { name: "Change api_key.max_lifetime_days" }).click();
    await page.getByLabel("Longest life of an API key").fill("90");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("90 days", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("365 days", { exact: true }).waitFor();
    await page.close();
  });

  it("are unset, after what counts then was shown", async () => {
    const page = await console.page("/settings");
    await page.getByRole("button", { name: "Unset decision.log.sample" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("What counts then: 0: none.").waitFor();
    await check(page);
    await dialog.getByRole("button", { name: "Unset setting" }).click();
    await page.getByText("The setting was unset").waitFor();
    expect((await console.api.post("/api/v1/settings/search", { search: "decision.log.sample" })).items).toEqual([]);
    await page.close();
  });
});

describe("whoever may read alone", () => {
  let auditor: BrowserContext;
  beforeAll(async () => {
    const id = String(console.seeded.users["hedy"]);
    await console.api.post("/api/v1/assignments", { role: "auditor", to: { provider: "casemate", id } });
    auditor = await console.somebody(id);
  });

  it.each([
    ["/alert-receivers", "on-call", "Webhook"],
    ["/permission-sources", "legacy", "URL"],
    ["/event-types", "notes.note.publish", "Title"],
    ["/event-ceilings", "notes", "Events a minute"],
  ])("sees in %s what %s says, and changes nothing of it", async (path, name, label) => {
    const page = await console.page(path, { context: auditor });
    await page.getByRole("button", { name, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(label).first().waitFor();
    expect(await dialog.locator("input:enabled, textarea:enabled").count()).toBe(0);
    expect(await dialog.getByRole("button").allTextContents()).not.toContain("Save");
    expect(await dialog.getByRole("button", { name: /^Replace/ }).count()).toBe(0);
    await check(page);
    await page.close();
  });
});

describe("detections", () => {
  it("are tried on what is on record before they are made", async () => {
    const page = await console.page("/detections/new");
    await write(page, "title: Roles are made\nlogsource:\n    product: casemate\ndetection:\n    made:\n        action: casemate.role.create\n    condition: made\nlevel: low\n");
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText(/alert(s)? would have been made/).waitFor();
    await page.getByText("Roles are made").first().waitFor();
    await check(page);
    await page.getByLabel("Name").fill("roles-are-made");
    await page.getByRole("button", { name: "Create detection" }).click();
    await page.getByRole("heading", { level: 1, name: /^roles-are-made/ }).waitFor();
    await page.close();
  });

  it("say where a rule is wrong, at its line", async () => {
    const page = await console.page("/detections/new");
    await page.getByLabel("Name").fill("wrong");
    await write(page, "title: A\nlogsource:\n    product: casemate\ndetection:\n    a:\n        action|foo: x\n    condition: a\nlevel: high\n");
    await page.getByRole("button", { name: "Create detection" }).click();
    await page.getByText(/line 6, column/).first().waitFor();
    await page.locator(".cm-lint-marker-error").waitFor();
    await page.close();
  });
});

describe("the policy", () => {
  it("is set back after what that changes was shown", async () => {
    const { items } = (await console.api.post("/api/v1/policy/versions/search", { limit: 2 })) as { items: { revision: number }[] };
    const page = await console.page(`/policy/${items[1]?.revision}`);
    await page.getByRole("button", { name: "Set back to this" }).waitFor();
    await check(page);
    await page.getByRole("button", { name: "Set back to this" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText(/become what they were/).waitFor();
    await dialog.getByRole("button", { name: "Set back", exact: true }).click();
    await page.getByText(`The configuration is as of revision ${items[1]?.revision}`).waitFor();
    await page.close();
  });

  it("is planned anew where something was changed after its plan was shown", async () => {
    const { items } = (await console.api.post("/api/v1/policy/versions/search", { limit: 1 })) as { items: { revision: number }[] };
    const role = (name: string) => console.api.post("/api/v1/roles", { name, permissions: [] });
    await role("made-before-the-plan");
    const page = await console.page(`/policy/${items[0]?.revision}`);
    await page.getByRole("button", { name: "Set back to this" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("1 object and 0 users or groups become what they were").waitFor();
    await role("made-after-the-plan");
    await dialog.getByRole("button", { name: "Set back", exact: true }).click();
    await dialog.getByText("Something was changed meanwhile").waitFor();
    await dialog.getByText("made-after-the-plan").first().waitFor();
    await dialog.getByText("2 objects and 0 users or groups become what they were").waitFor();
    await dialog.getByRole("button", { name: "Set back", exact: true }).click();
    await page.getByText(`The configuration is as of revision ${items[0]?.revision}`).waitFor();
    // Undoing it keeps what was changed since, too.
    await role("made-after-setting-back");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The entry was changed since it was read").waitFor();
    await page.close();
  });

  it("is compared between two revisions", async () => {
    const page = await console.page("/policy/diff#from=5&to=85");
    await page.getByText(/objects? differs?$/).waitFor();
    await check(page);
    await page.close();
  });
});

describe("permission sources and receivers", () => {
  it("forget what an endpoint said", async () => {
    const page = await console.page("/permission-sources");
    await page.getByRole("button", { name: "More of legacy" }).click();
    await page.getByRole("menuitem", { name: "Forget what it said" }).click();
    await page.getByRole("button", { name: "Forget", exact: true }).click();
    await page.getByText("What it said is forgotten, on every server").waitFor();
    await page.close();
  });

  it("are sent a test, and say what came back", async () => {
    const page = await console.page("/alert-receivers");
    await page.getByRole("button", { name: "More of security-desk" }).click();
    await page.getByRole("menuitem", { name: "Send a test…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("although it is switched off").waitFor();
    await dialog.getByRole("button", { name: "Send test" }).click();
    await dialog.getByText(/The webhook did not take it|No letter goes to/).first().waitFor();
    await check(page);
    for (let sent = 1; sent < 5; sent += 1) {
      await dialog.getByRole("button", { name: "Send another" }).click();
      await expect.poll(async () => ((await console.api.post("/api/v1/audit-events/search", { installation: true, action: "casemate.alert-receiver.test" })) as { items: unknown[] }).items.length).toBe(sent + 1);
    }
    await dialog.getByRole("button", { name: "Send another" }).click();
    await dialog.getByText(/it was tried too often within a minute/).waitFor();
    await page.close();
  });

  it("are switched on again", async () => {
    const page = await console.page("/alert-receivers");
    await page.getByRole("button", { name: "More of security-desk" }).click();
    await page.getByRole("menuitem", { name: "Switch on" }).click();
    await page.getByText("security-desk is told again").waitFor();
    await expect.poll(() => page.getByText("Switched off", { exact: true }).count()).toBe(0);
    await page.close();
  });
});
