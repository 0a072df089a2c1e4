import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cached } from "./support/cached";
import { ADMINISTRATOR, check, settled, signInWith, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

/** A page whose clock can be set forward. */
async function timed(path: string): Promise<Page> {
  const page = await console.page("/kit-of-nothing");
  await page.clock.install();
  await page.goto(`${console.url}/console${path}`);
  await settled(page);
  return page;
}

/** As whoever comes back to the tab after a while: what is shown is read anew. */
async function comeBack(page: Page): Promise<void> {
  await page.clock.fastForward(120_000);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
}

describe("what somebody else changed meanwhile", () => {
  it("is not overwritten by a form: what was typed stays, and what they did is shown and taken over", async () => {
    const id = console.seeded.teams["helpdesk"] ?? "";
    const path = `/api/v1/teams/${id}`;
    const page = await timed(`/teams/${id}`);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Title").fill("First line");
    const before = await console.api.get(path);
    await console.api.put(path, { ...before.document, description: "Answers the phone", title: "Desk" }, before.revision);
    // What stands behind the form is read anew: the form is about what it was opened with all the same.
    const read = page.waitForResponse((response) => response.url().endsWith(path) && response.request().method() === "GET");
    await comeBack(page);
    await read;
    await page.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Somebody changed this since you opened it").waitFor();
    await dialog.getByRole("group", { name: "What was changed meanwhile" }).getByText("Answers the phone").waitFor();
    expect(await page.getByLabel("Title").inputValue()).toBe("First line");
    expect((await console.api.get(path)).document.title).toBe("Desk");
    await check(page);
    await dialog.getByRole("button", { name: "Take it over, keep what I typed" }).click();
    expect(await page.getByLabel("Description").inputValue()).toBe("Answers the phone");
    expect(await page.getByLabel("Title").inputValue()).toBe("First line");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("helpdesk was changed").waitFor();
    expect((await console.api.get(path)).document).toMatchObject({ title: "First line", description: "Answers the phone" });
    await page.close();
  });

  it("does not take away what is typed on a page", async () => {
    const id = console.seeded.settings.providers["corp"] ?? "";
    const path = `/api/v1/providers/${id}`;
    const page = await timed(`/providers/${id}`);
    await page.getByRole("button", { name: "Add rule" }).click();
    await page.getByLabel("When (rule 4)").fill("claims.level == 9");
    await page.getByLabel("In groups (rule 4)").fill("nine");
    const before = await console.api.get(path);
    await console.api.put(path, { ...before.document, mapping: before.document.mapping.slice(0, 2) }, before.revision);
    await comeBack(page);
    await page.getByText("Somebody changed this since you opened it").waitFor();
    expect(await page.getByLabel("When (rule 4)").inputValue()).toBe("claims.level == 9");
    // Within the console it is asked about before it is left.
    await page.getByRole("link", { name: "Providers" }).first().click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Drop what I typed" }).click();
    await page.getByLabel("When (rule 3)").waitFor({ state: "detached" });
    await page.getByText("Somebody changed this").waitFor({ state: "detached" });
    await page.close();
  });

  it("is compared also where a page with a form is saved", async () => {
    const { id, revision, document } = await console.api.post("/api/v1/detections", { name: "many-exports", title: "Exports", rules: RULES });
    const page = await console.page(`/detections/${id}`);
    await page.getByLabel("Title").fill("Many exports");
    await console.api.put(`/api/v1/detections/${id}`, { ...document, disabled: true }, revision);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody changed this since you opened it").waitFor();
    await page.getByRole("button", { name: "Take it over, keep what I typed" }).click();
    expect(await page.getByRole("switch").isChecked()).toBe(false);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("many-exports was changed").waitFor();
    expect((await console.api.get(`/api/v1/detections/${id}`)).document).toMatchObject({ title: "Many exports", disabled: true });
    await page.close();
  });
});

const RULES = `title: Many exports
id: 6d2a6f0c-7d8f-4b8e-9a53-0d3f6f1c2b11
status: experimental
logsource:
  product: casemate
detection:
  selection:
    action: casemate.audit-event.export
  condition: selection
level: low
`;

describe("a day and a time", () => {
  it("that are cleared are no end of a key", async () => {
    const page = await console.page(`/service-accounts/${console.seeded.serviceAccounts["reporting"]}`);
    await page.getByRole("button", { name: /New key|Create key|New API key/ }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Title").fill("a key with an end");
    await dialog.getByRole("button", { name: /Expires/ }).click();
    await page.getByRole("option", { name: "At a day and time" }).click();
    const create = dialog.getByRole("button", { name: "Create key" });
    expect(await create.isDisabled()).toBe(false);
    await dialog.getByLabel("Expires: day and time").fill("");
    await dialog.getByText("A day and a time are needed").waitFor();
    expect(await create.isDisabled()).toBe(true);
    await page.close();
  });

  it("that are half typed are not sent as none", async () => {
    const id = console.seeded.assignments[2] ?? "";
    const before = await console.api.get(`/api/v1/assignments/${id}`);
    const page = await console.page(`/assignments/${id}`);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Reason").fill("not without a beginning");
    await page.getByLabel("Begins").focus();
    await page.keyboard.type("31");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Type all of it, or leave it empty").waitFor();
    expect(await console.api.get(`/api/v1/assignments/${id}`)).toEqual(before);
    await page.close();
  });
});

describe("a secret", () => {
  const SECRET = "a-secret-of-more-than-thirty-two-bytes";

  it("that was typed is in nothing that is kept", async () => {
    const page = await console.page("/providers/new#kind=keycloak");
    await page.getByLabel("Issuer").fill("https://keycloak.example.com/realms/secret");
    await page.getByLabel("Client secret").fill(SECRET);
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.getByRole("heading", { level: 1, name: /^keycloak/ }).waitFor();
    const kept = await cached(page);
    expect(kept).toContain("https://keycloak.example.com/realms/secret");
    expect(kept).not.toContain(SECRET);
    await page.goto(`${console.url}/console/audit-sinks`);
    await page.getByRole("button", { name: "New sink" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("kept-nowhere");
    await page.getByLabel("URL").fill(`${console.seeded.settings.endpoints.url}/kept`);
    await page.getByLabel("Signing secret").fill(SECRET);
    await page.getByRole("button", { name: "Create sink" }).click();
    await page.getByRole("heading", { level: 1, name: "kept-nowhere" }).waitFor();
    expect(await cached(page)).not.toContain(SECRET);
    await page.close();
  });

  it("that is shown once is in nothing that is kept, also while it is shown", async () => {
    const page = await console.page(`/service-accounts/${console.seeded.serviceAccounts["reporting"]}`);
    await page.getByRole("button", { name: /New key|Create key|New API key/ }).first().click();
    await page.getByRole("dialog").getByLabel("Title").fill("kept nowhere");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    const key = await page.getByRole("group", { name: "API key" }).locator("code").textContent();
    expect(key).toMatch(/^cmk_/);
    expect(await cached(page)).not.toContain(key);
    await page.goto(`${console.url}/console/users/${console.seeded.users["ada"]}#tab=sign-ins`);
    await page.getByRole("button", { name: "Invite" }).click();
    const link = await page.getByRole("group", { name: "invitation link" }).locator("code").textContent();
    const token = new URL(link ?? "").searchParams.get("token") ?? "";
    expect(token.length).toBeGreaterThan(20);
    expect(await cached(page)).not.toContain(token);
    await page.close();
  });
});

describe("signing out in another tab", () => {
  it("leaves what is typed, and signing in again goes on with it", async () => {
    const page = await console.stranger("/roles/new");
    await page.waitForURL("**/sign-in?**");
    await page.context().clock.install();
    await signInWith(page, console.url, ADMINISTRATOR);
    await settled(page);
    await page.getByLabel("Name", { exact: true }).fill("typed-before");
    const other = await page.context().newPage();
    await other.goto(`${console.url}/console/`);
    await other.getByRole("button", { name: /Grace Hopper/ }).click();
    await other.getByRole("menuitem", { name: "Sign out" }).click();
    await other.waitForURL("**/signed-out");
    await other.close();
    await comeBack(page);
    await page.getByText("Your session has ended").waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("typed-before");
    const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Sign in again" }).click()]);
    await tab.waitForLoadState();
    await tab.getByRole("link", { name: /password/ }).click();
    await tab.fill("#login", ADMINISTRATOR.login);
    await tab.fill("#password", ADMINISTRATOR.password);
    await tab.click("button.primary");
    await page.getByText("Your session has ended").waitFor({ state: "detached" });
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("typed-before");
    await page.context().close();
  });
});
