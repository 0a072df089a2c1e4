// What holds wherever somebody is in the console: requests for a shell, sizes, calm, signing in without scripts, and asking again who it is.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR, settled, sideways, signInWith, startConsole } from "./support/console";
import { shifts } from "./support/shift";

/** For how long the second server takes what is dangerous after somebody signed in. */
const RECENT = "10s";

let console: Awaited<ReturnType<typeof startConsole>>;
let strict: typeof console;
beforeAll(async () => {
  [console, strict] = await Promise.all([startConsole(), startConsole({ arguments: ["--sessions-recent", RECENT] })]);
});
afterAll(() => Promise.all([console?.stop(), strict?.stop()]));

describe("a request for a shell", () => {
  /** A text that a shell would do something with, if it came to see it. */
  const NAME = `O'Hara "the clerk" $(touch seen) \`touch seen\``;
  let folder: string;
  let key: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "casemate-curl-"));
    const account = await console.api.post("/api/v1/service-accounts", { name: "shell" });
    await console.api.post("/api/v1/assignments", { role: "auditor", to: { provider: "casemate", type: "service", id: account.id } });
    key = (await console.api.post(`/api/v1/service-accounts/${account.id}/api-keys`, { title: "shell", expires_at: new Date(Date.now() + 86_400_000).toISOString() })).key;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a shell answers to what is in the clipboard. */
  async function pasted(page: Page) {
    await page.getByText("The command is in the clipboard").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain("Bearer $CASEMATE_KEY");
    const { stdout } = await promisify(execFile)("sh", ["-c", text], { cwd: folder, env: { PATH: process.env["PATH"] ?? "", CASEMATE_KEY: key } });
    return JSON.parse(stdout);
  }

  it("of a list asks for the same, whatever was searched for", async () => {
    await console.api.post("/api/v1/users", { provider: "casemate", login: "ohara@example.com", display_name: NAME });
    const page = await console.page("/users");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await settled(page);
    const asked = page.waitForRequest((request) => request.url().endsWith("/users/search") && (request.postDataJSON() as { search?: string }).search === NAME);
    await page.getByRole("searchbox").fill(NAME);
    const body = (await asked).postDataJSON() as object;
    await page.getByText("1 in all").waitFor();
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "Copy as curl" }).click();
    const answer = await pasted(page);
    expect(answer.items.map((user: { display_name: string }) => user.display_name)).toEqual([NAME]);
    expect(answer).toEqual(await console.api.post("/api/v1/users/search", body));
    expect(await readdir(folder)).toEqual([]);
    await page.close();
  });

  it("of one thing reads it", async () => {
    const id = console.seeded.roles["order-clerk"];
    const page = await console.page(`/roles/${id}`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy as curl" }).click();
    expect(await pasted(page)).toEqual(await console.api.get(`/api/v1/roles/${id}`));
    await page.close();
  });
});

describe("pages", () => {
  it.each([390, 1920])("do not scroll sideways at %i pixels", async (width) => {
    const page = await console.page("/", { width, height: 1000 });
    for (const path of ["/", "/users", "/audit/events", `/roles/${console.seeded.roles["order-clerk"]}/edit`, "/matrix"]) {
      await page.goto(`${console.url}/console${path}`);
      await settled(page);
      expect(await sideways(page), path).toEqual([]);
    }
    await page.close();
  });

  it.each([1440, 390])("do not jump while they are loaded, at %i pixels", async (width) => {
    const page = await console.page("/", { late: true, width, height: 900 });
    const found: Record<string, unknown> = {};
    for (const path of ["/", "/users", "/audit/events", `/roles/${console.seeded.roles["order-clerk"]}/edit`]) {
      await page.goto("about:blank");
      await page.goto(`${console.url}/console${path}`);
      await settled(page);
      if (path.endsWith("/edit")) await page.getByText("Valid").waitFor();
      const { sum, moved } = await shifts(page);
      if (sum >= 0.05) found[path] = { sum, moved };
    }
    expect(found).toEqual({});
    // A jump is seen where there is one.
    const before = (await shifts(page)).sum;
    await page.evaluate(() => document.body.prepend(Object.assign(document.createElement("canvas"), { height: 400 })));
    await expect.poll(async () => (await shifts(page)).sum).toBeGreaterThan(before + 0.1);
    await page.close();
  });

  it("do not jump where there is nothing yet", async () => {
    const empty = await startConsole({ empty: true });
    for (const width of [1440, 390]) {
      const page = await empty.page("/", { late: true, width, height: 900 });
      await settled(page);
      await page.getByText("Next steps").waitFor();
      expect(await shifts(page)).toMatchObject({ moved: [] });
      await page.close();
    }
    await empty.stop();
  });

  /** What moves while a dialog opens and closes: how long, in milliseconds. */
  async function moves(reducedMotion: "reduce" | "no-preference"): Promise<number[]> {
    const page = await console.page("/users");
    await page.emulateMedia({ reducedMotion });
    await settled(page);
    await page.getByRole("button", { name: "New user" }).waitFor();
    await page.evaluate(() => {
      const found: number[] = [];
      Object.assign(window, { found });
      const look = () => found.push(...document.getAnimations().map((animation) => Number(animation.effect?.getComputedTiming().activeDuration)));
      for (const begun of ["animationstart", "transitionrun"]) document.addEventListener(begun, look, true);
      const each = () => {
        look();
        requestAnimationFrame(each);
      };
      requestAnimationFrame(each);
    });
    await page.getByRole("button", { name: "New user" }).click();
    await page.getByRole("dialog").waitFor();
    await settled(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const found = await page.evaluate(() => (window as unknown as { found: number[] }).found);
    await page.close();
    return found;
  }

  it("do not move for whoever wants less of that", async () => {
    expect((await moves("reduce")).filter((time) => time > 1)).toEqual([]);
    expect((await moves("no-preference")).filter((time) => time > 1)).not.toEqual([]);
  });
});

describe("signing in", () => {
  it("needs no scripts, and says what was wrong", async () => {
    const context = await console.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${console.url}/sign-in`);
    await page.click('.choice[href*="/sign-in/casemate"]');
    await page.fill("#login", ADMINISTRATOR.login);
    await page.fill("#password", "not-the-password-9");
    await page.click("button.primary");
    await page.getByRole("alert").getByText("the password is another").waitFor();
    expect(await page.inputValue("#login")).toBe(ADMINISTRATOR.login);
    expect(await context.cookies()).not.toContainEqual(expect.objectContaining({ name: "__Host-casemate" }));
    await page.fill("#password", ADMINISTRATOR.password);
    await page.click("button.primary");
    await page.goto(`${console.url}/sign-in`);
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await page.getByText(ADMINISTRATOR.name).waitFor();
    await context.close();
  });

  it("long ago is asked for again before what is dangerous, which goes on when it is pressed for", async () => {
    const id = strict.seeded.users["dennis"];
    const page = await strict.page(`/users/${id}`);
    await settled(page);
    /** What the server says to somebody who deletes what never was. */
    const probe = () => page.evaluate(async (of) => (await fetch(`/api/v1/users/${of}`, { method: "DELETE", headers: { "If-Match": '"0"' } })).status, id);
    await expect.poll(probe, { timeout: 30_000 }).toBe(401);
    let deletions = 0;
    page.on("request", (request) => {
      if (request.method() === "DELETE") deletions += 1;
    });
    const isThere = () => strict.api.get(`/api/v1/users/${id}`).then(() => true, () => false);

    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("alertdialog");
    const typed = dialog.getByRole("textbox");
    await typed.fill("dennis@example.com");
    await dialog.getByRole("button", { name: "Delete user" }).click();
    await dialog.getByText("This needs a recent sign-in").waitFor();
    const again = new URL((await dialog.getByRole("link", { name: "Sign in again" }).getAttribute("href")) ?? "", strict.url);
    expect(again.pathname + again.search).toMatch(/^\/sign-in\/casemate\?again=1&return_to=%2Fconsole%2Fsigned-in/);
    expect([deletions, await isThere()]).toEqual([1, true]);

    // Somebody signs in, and not from here: it waits for another press.
    const read = page.waitForResponse("**/api/v1/me");
    const tab = await page.context().newPage();
    await tab.goto(`${strict.url}/sign-in/casemate?again=1&return_to=/console/signed-in`);
    await signInWith(tab, strict.url, ADMINISTRATOR);
    await read;
    const retry = dialog.getByRole("button", { name: "Try again" });
    await retry.waitFor();
    expect([deletions, await typed.inputValue()]).toEqual([1, "dennis@example.com"]);
    await retry.click();
    await page.waitForURL(/\/users$/);
    expect([deletions, await isThere()]).toEqual([2, false]);
    await Promise.all([page.close(), tab.close()]);
  });
});
