import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR, check, settled, signInWith, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("a new installation", () => {
  it("is told its next three steps", async () => {
    const fresh = await startConsole({ empty: true });
    try {
      const page = await fresh.page("/");
      for (const step of ["Let people in", "Register an application", "Assign a role"]) await page.getByRole("heading", { name: step, exact: true }).waitFor();
      await page.getByRole("heading", { name: "Nothing needs attention" }).waitFor();
      await check(page);
      await fresh.api.post("/api/v1/users", { provider: "casemate", login: "ada@example.com" });
      await page.reload();
      await page.getByRole("heading", { name: "Let people in (done)" }).waitFor();
      await page.close();
    } finally {
      await fresh.stop();
    }
  });
});

describe("the console", () => {
  it("begins with what needs attention, in pages that everybody can use", async () => {
    const page = await console.page("/");
    await check(page);
    expect(await page.title()).toBe("Home – Casemate");
    for (const title of ["Open alerts", "API keys that end soon", "Assignments that end soon", "Blocked now", "Denials by application, last 24 hours", "Health", "Last sign-ins"]) await page.getByRole("heading", { name: title }).waitFor();
    await page.getByText("Somebody granted themselves something").waitFor();
    const { open, changed } = await console.api.get(`/api/v1/access-review/progress?since=${new Date(Date.now() - 90 * 86_400_000).toISOString()}`);
    await page.getByRole("link", { name: new RegExp(`^To be reviewed ?${open + changed}`) }).waitFor();
    await page.getByText("joan@example.com as order-clerk").waitFor();
    await page.close();
  });

  it("leads to the server's own address at /", async () => {
    const page = await console.page("/");
    await page.goto(console.url);
    await settled(page);
    expect(new URL(page.url()).pathname).toBe("/console/");
    await page.close();
  });

  it("comes back to a deep link after signing in, with what was searched for", async () => {
    const page = await console.stranger("/users#search=lovelace");
    await page.waitForURL("**/sign-in?**");
    expect(page.url()).not.toContain("lovelace");
    await signInWith(page, console.url, ADMINISTRATOR);
    await page.getByText("1 in all").waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe("/console/users#search=lovelace");
    await page.context().close();
  });

  it("goes on where a session ended while a form was open", async () => {
    const page = await console.stranger("/users");
    await page.waitForURL("**/sign-in?**");
    await signInWith(page, console.url, ADMINISTRATOR);
    await settled(page);
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: /Login/ }).fill("emmy@example.com");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Create user" }).click();
    const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Sign in again" }).click()]);
    await tab.waitForLoadState();
    await tab.getByRole("link", { name: /password/ }).click();
    await tab.fill("#login", ADMINISTRATOR.login);
    await tab.fill("#password", ADMINISTRATOR.password);
    await tab.click("button.primary");
    // What was typed is sent again by itself.
    await page.getByRole("heading", { level: 1, name: "emmy@example.com" }).waitFor();
    await page.context().close();
  });

  it("asks again where somebody else signed in meanwhile", async () => {
    const page = await console.stranger("/users");
    await page.waitForURL("**/sign-in?**");
    await signInWith(page, console.url, ADMINISTRATOR);
    await settled(page);
    await page.getByRole("button", { name: "New user" }).waitFor();
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: /Login/ }).fill("nobody.yet@example.com");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Create user" }).click();
    await page.getByRole("link", { name: "Sign in again" }).waitFor();
    const me = (await console.api.get("/api/v1/me")) as object;
    await page.route("**/api/v1/me", (route) => route.fulfill({ json: { ...me, id: "another", display_name: "Somebody Else" } }));
    const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Sign in again" }).click()]);
    await tab.waitForLoadState();
    await tab.getByRole("link", { name: /password/ }).click();
    await tab.fill("#login", ADMINISTRATOR.login);
    await tab.fill("#password", ADMINISTRATOR.password);
    await tab.click("button.primary");
    await page.getByText("You are Somebody Else now").waitFor();
    const made = async () => ((await console.api.post("/api/v1/users/search", { search: "nobody.yet@example.com" })) as { items: unknown[] }).items.length;
    expect(await made()).toBe(0);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 1, name: "nobody.yet@example.com" }).waitFor();
    expect(await made()).toBe(1);
    await page.context().close();
  });

  it("is gone through by the palette: pages, things, and what can be done here", async () => {
    const page = await console.page("/");
    await settled(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").waitFor();
    await check(page);
    await page.keyboard.type("radia");
    await page.getByRole("option", { name: /radia@example.com/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Radia Perlman" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("edit");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Edit radia@example.com" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("users");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/console/users");
    await page.close();
  });

  it("is about the tenant that its address names, wherever somebody goes", async () => {
    const { id } = (await console.api.post("/api/v1/tenants", { id: "umbra", title: "Umbra" })) as { id: string };
    // What somebody holds at home counts there alone.
    const outside = await console.page("/users?tenant=umbra");
    await outside.getByText("You may not see this").waitFor();
    await outside.close();
    await console.api.post(`/api/v1/tenants/${id}/administrators`, { administrator: { user: { provider: "casemate", id: ((await console.api.get("/api/v1/me")) as { id: string }).id } } });
    const page = await console.page("/users?tenant=umbra");
    await page.getByRole("heading", { name: "No users yet" }).waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Home" }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe("?tenant=umbra");
    await page.getByRole("button", { name: /umbra Tenant/ }).click();
    await page.getByRole("menuitemradio", { name: "default", exact: true }).click();
    await page.waitForURL((url) => url.search === "");
    await page.close();
  });

  it("tells its keys", async () => {
    const page = await console.page("/");
    await settled(page);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await check(page);
    await page.close();
  });

  it("keeps the theme that was chosen, and nothing else", async () => {
    const page = await console.page("/");
    await settled(page);
    await page.getByRole("button", { name: /Grace Hopper/ }).click();
    await page.getByRole("menuitemradio", { name: "Dark theme" }).click();
    await page.reload();
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(["theme"]);
    await page.getByRole("button", { name: /Grace Hopper/ }).click();
    await page.getByRole("menuitemradio", { name: "Theme of the system" }).click();
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await page.close();
  });

  it("has its navigation in a drawer on small screens", async () => {
    const page = await console.page("/", { width: 390, height: 844 });
    await settled(page);
    await page.getByRole("button", { name: "Navigation" }).click();
    const drawer = page.getByRole("dialog", { name: "Navigation" });
    await drawer.waitFor();
    await check(page);
    await drawer.getByRole("link", { name: "Users" }).click();
    await page.waitForURL("**/console/users");
    await drawer.waitFor({ state: "detached" });
    await page.close();
  });

  it("says where there is no page, and what to do", async () => {
    const page = await console.page("/nothing/here");
    await page.getByRole("heading", { name: "There is no page at this address" }).waitFor();
    await check(page);
    await page.close();
  });

  it("shows no more than somebody may do", async () => {
    const { users } = console.seeded;
    const desk = await console.page("/", { context: await console.somebody(String(users["radia"])) });
    await desk.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }).waitFor();
    await check(desk);
    expect(await desk.getByRole("heading", { name: "Open alerts" }).count()).toBe(0);
    await desk.context().close();
    const nobody = await console.page("/users", { context: await console.somebody(String(users["tim"])) });
    await nobody.getByText("You may not see this").waitFor();
    // What is left is there for everybody.
    const offered = await nobody.getByRole("navigation", { name: "Main" }).getByRole("link").allTextContents();
    expect(offered).toContain("Home");
    for (const hidden of ["Users", "Groups", "Roles", "Events", "Alerts", "Sessions"]) expect(offered).not.toContain(hidden);
    await nobody.context().close();
  });

  it("signs out by the server", async () => {
    const page = await console.stranger("/");
    await page.waitForURL("**/sign-in?**");
    await signInWith(page, console.url, ADMINISTRATOR);
    await settled(page);
    await page.getByRole("button", { name: /Grace Hopper/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL("**/signed-out");
    await page.goto(`${console.url}/console/`);
    await page.waitForURL("**/sign-in?**");
    await page.context().close();
  });
});
