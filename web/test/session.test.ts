import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn } from "./support/administrator.mjs";
import { ADMINISTRATOR, check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("sessions", () => {
  it("are listed in a page that everybody can use", async () => {
    const page = await console.page("/sessions");
    await page.getByRole("link", { name: ADMINISTRATOR.login }).first().waitFor();
    await check(page);
    await page.close();
  });

  it("are ended one at a time, with what it means", async () => {
    await signIn(console.url, ADMINISTRATOR.login, ADMINISTRATOR.password);
    const page = await console.page("/sessions#search=node");
    await page.getByRole("grid", { name: "Sessions" }).waitFor();
    const before = ((await console.api.post("/api/v1/sessions/search", {})) as { items: unknown[] }).items.length;
    await page.getByRole("button", { name: /^End the session/ }).first().click();
    const dialog = page.getByRole("alertdialog");
    expect(await dialog.textContent()).toContain("signed out within a second");
    await dialog.getByRole("button", { name: "End session" }).click();
    await page.getByText("The session was ended").waitFor();
    expect(((await console.api.post("/api/v1/sessions/search", {})) as { items: unknown[] }).items.length).toBe(before - 1);
    await page.close();
  });

  it("of a user end in the tenant where they are at home, one's own too though it was not among those that were read", async () => {
    const { id } = (await console.api.get("/api/v1/me")) as { id: string };
    await signIn(console.url, ADMINISTRATOR.login, ADMINISTRATOR.password);
    const page = await console.page("/users");
    let isAll = true;
    const asked: unknown[] = [];
    await page.route("**/api/v1/sessions/search", async (route) => {
      // The second page never comes.
      if ((route.request().postDataJSON() as { after?: string }).after === "more") return;
      const answer = await route.fetch();
      const list = (await answer.json()) as { items: { current: boolean }[] };
      await route.fulfill({ response: answer, json: isAll ? list : { items: list.items.map((one) => ({ ...one, current: false })), next: "more" } });
    });
    await page.route("**/api/v1/sessions/end", (route) => {
      asked.push(route.request().postDataJSON());
      return route.fulfill({ json: { sessions: 2, temporary_credentials: 0 } });
    });
    for (const all of [true, false]) {
      isAll = all;
      await page.goto(`${console.url}/console/users/${id}`);
      await page.reload();
      await page.getByRole("tab", { name: "Sign-ins" }).click();
      await page.getByRole("button", { name: "End all sessions" }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByText("The session that you use now is among them").waitFor();
      expect(await dialog.textContent()).not.toContain("every tenant");
      await dialog.getByText("Stay signed in here").click();
      await dialog.getByRole("button", { name: "End all sessions" }).click();
      await page.getByText("2 sessions were ended").waitFor();
    }
    const body = { provider: "casemate", subject: id, tenant: "default", but_current: true };
    expect(asked).toEqual([body, body]);
    await page.close();
  });

  it("of one person can be linked to, and are ended together, but the one that is used", async () => {
    const me = (await console.api.get("/api/v1/me")) as { id: string };
    await signIn(console.url, ADMINISTRATOR.login, ADMINISTRATOR.password);
    const own = { provider: "casemate", subject: me.id };
    const open = async () => ((await console.api.post("/api/v1/sessions/search", own)) as { items: unknown[] }).items.length;
    const before = await open();
    expect(before).toBeGreaterThan(1);
    const page = await console.page(`/sessions#provider=casemate&subject=${me.id}`);
    await page.getByRole("button", { name: "End all sessions" }).click();
    const dialog = page.getByRole("alertdialog");
    expect(await dialog.textContent()).toContain("The session that you use now is among them");
    await check(page);
    await dialog.getByText("Stay signed in here").click();
    expect(await dialog.textContent()).toContain(`${before - 1} browser`);
    // One that began since the list was read ends too.
    await signIn(console.url, ADMINISTRATOR.login, ADMINISTRATOR.password);
    await dialog.getByRole("button", { name: "End all sessions" }).click();
    await page.getByText(`${before} sessions were ended`).waitFor();
    // That of the tests' own calls is among them.
    await expect(open()).rejects.toThrow("401");
    await expect.poll(() => page.getByRole("button", { name: /^End the session/ }).count()).toBe(1);
    await page.getByText("This one").waitFor();
    await page.close();
  });
});

describe("blocks", () => {
  it("say why and until when, and are lifted", async () => {
    const page = await console.page("/blocks#kind=network");
    await page.getByText("203.0.113.20/32").waitFor();
    await check(page);
    await page.getByRole("button", { name: "Lift the block of 203.0.113.20/32" }).click();
    await page.getByRole("button", { name: "Lift block", exact: true }).click();
    await page.getByText("The block of 203.0.113.20/32 was lifted").waitFor();
    await expect.poll(() => page.getByRole("link", { name: "203.0.113.20/32" }).or(page.getByText("203.0.113.20/32", { exact: true })).count()).toBe(0);
    await page.close();
  });

  it("that there are none is good news", async () => {
    const page = await console.page("/blocks#search=nobody-has-this");
    await page.getByText("No block fits").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).first().click();
    await page.getByText("192.0.2.44/32").waitFor();
    await page.close();
  });
});
