import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

/** What checks proofs is built before the console. Whoever wants to do without says so; nothing is left out by itself. */
const hasCheck = process.env["CASEMATE_WITHOUT_WASM"] === undefined;

beforeAll(() => {
  if (hasCheck && !existsSync(new URL("../../sdk/typescript/wasm/audit.js", import.meta.url))) throw new Error("sdk/typescript/wasm is not built: cargo xtask wasm, or CASEMATE_WITHOUT_WASM=1 to leave the tests of proofs out");
});

describe("audit events", () => {
  it("are listed, searched, and opened in a page that everybody can use", async () => {
    const page = await console.page("/audit/events#outcome=denied&kind=decision");
    await settled(page);
    await page.getByRole("row", { name: /shop\.product\.update/ }).waitFor();
    expect(await page.getByText("casemate.user.create").count()).toBe(0);
    await check(page);
    await page.getByRole("row", { name: /shop\.product\.update/ }).first().press("Enter");
    await page.waitForURL(/\/audit\/events\/\d+/);
    await page.getByRole("heading", { name: "shop.product.update" }).waitFor();
    await check(page);
    await page.close();
  });

  it("are counted when somebody asks", async () => {
    const page = await console.page("/audit/events#outcome=denied");
    await page.getByRole("button", { name: "Count" }).click();
    await page.getByRole("button", { name: /^\d+ events$/ }).waitFor();
    await page.close();
  });

  it("are searched by searches that were saved", async () => {
    const page = await console.page("/audit/events#outcome=denied");
    await settled(page);
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("menuitem", { name: "Save this search" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Refused");
    await page.getByRole("dialog").getByRole("button", { name: "Save search" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.goto(`${console.url}/console/audit/events`);
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("menuitem", { name: "Refused" }).click();
    await page.waitForURL(/#outcome=denied$/);
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("menuitem", { name: "Rename or delete" }).click();
    await page.getByRole("button", { name: "Delete Refused" }).click();
    await page.getByRole("button", { name: "Delete search" }).click();
    await page.getByText("None is saved").waitFor();
    await page.close();
  });

  it("carry no search in an address that a server reads", async () => {
    const page = await console.page("/audit/events#value=ada%40example.com");
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await page.reload();
    await settled(page);
    await page.getByRole("row", { name: /casemate\.user\.create/ }).first().waitFor();
    expect(addresses.filter((address) => address.includes("ada"))).toEqual([]);
    await page.close();
  });

  it("lead to the events before and behind them in the log", async () => {
    const { items } = (await console.api.post("/api/v1/audit-events/search", { limit: 3, not_kinds: ["read"] })) as { items: { id: number; action: string }[] };
    const [newer, middle, older] = items.map(({ id }) => id);
    const found = async (sort: string) => ((await console.api.post("/api/v1/audit-events/search", { beyond: middle, sort, limit: 1 })) as { items: { id: number }[] }).items[0]?.id ?? 0;
    expect(await found("-id")).toBeGreaterThanOrEqual(older ?? 0);
    expect(await found("id")).toBeLessThanOrEqual(newer ?? 0);
    const earlier = await found("-id");
    const page = await console.page(`/audit/events/${middle}`);
    await page.getByRole("button", { name: "Earlier event (j)" }).click();
    await page.waitForURL(new RegExp(`/audit/events/${earlier}$`));
    await page.close();
  });

  it("leave out what was read, and count what is left", async () => {
    const page = await console.page("/audit/events#kind=-read");
    await settled(page);
    const asked = page.waitForRequest((request) => request.url().endsWith("/api/v1/audit-events/search"));
    await page.getByRole("button", { name: "Read anew" }).click();
    expect((await asked).postDataJSON()).toMatchObject({ not_kinds: ["read"] });
    await settled(page);
    expect(await page.getByRole("row", { name: /casemate\.audit-event\.list/ }).count()).toBe(0);
    await page.close();
  });

  it("show before and after, with hidden members marked", async () => {
    const found = await console.api.post("/api/v1/audit-events/search", { action: "casemate.user.update", resource_id: console.seeded.users["alan"], limit: 1 });
    const page = await console.page(`/audit/events/${found.items[0].id}`);
    await page.getByRole("row", { name: /email/ }).getByText("hidden").first().waitFor();
    await check(page);
    await page.close();
  });

  it.skipIf(!hasCheck)("are verified in the browser, with the WebAssembly loaded on demand, and the log held against what was seen before", async () => {
    const found = await console.api.post("/api/v1/audit-events/search", { action: "casemate.user.update", limit: 2 });
    const page = await console.page(`/audit/events/${found.items[0].id}`);
    const loaded: string[] = [];
    page.on("request", (request) => request.url().endsWith(".wasm") && loaded.push(request.url()));
    await page.getByRole("button", { name: "Verify in this browser" }).waitFor();
    expect(loaded).toEqual([]);
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.getByText("Agrees with itself", { exact: true }).waitFor();
    expect(loaded.length).toBe(1);
    await page.getByText("first checkpoint that this page saw").waitFor();
    await check(page);
    await console.api.post("/api/v1/users/search", {});
    await page.getByRole("button", { name: "Verify again" }).click();
    await page.getByText("first checkpoint that this page saw").waitFor({ state: "detached" });
    await page.getByText("Agrees with itself", { exact: true }).waitFor();
    await page.close();
  });

  it.skipIf(!hasCheck)("are told not to be relied on where an answer was changed", async () => {
    const found = await console.api.post("/api/v1/audit-events/search", { action: "casemate.user.update", limit: 1 });
    const page = await console.page("/audit/events");
    await page.route(`**/api/v1/audit-events/${found.items[0].id}`, async (route) => {
      const answer = await route.fetch();
      const detail = await answer.json();
      detail.event.actor.id = "usr_somebodyelse";
      await route.fulfill({ response: answer, json: detail });
    });
    await page.goto(`${console.url}/console/audit/events/${found.items[0].id}`);
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.getByText("Not proved", { exact: true }).waitFor();
    await page.getByText("Do not rely on what is shown").waitFor();
    await page.close();
  });

  it.skipIf(!hasCheck)("are proved with a key that came another way, and by no signature that was forged", async () => {
    const found = await console.api.post("/api/v1/audit-events/search", { action: "casemate.user.update", limit: 1 });
    const { keys } = await console.api.get("/api/v1/audit-log/key");
    const page = await console.page(`/audit/events/${found.items[0].id}`);
    await page.getByRole("button", { name: "Use a key of mine" }).click();
    await page.getByLabel("Keys that you trust").fill(keys[0]);
    await page.getByRole("button", { name: "Verify with this key" }).click();
    await page.getByText("Proved", { exact: true }).waitFor();
    await page.getByText("The key is the one that you gave.").waitFor();
    await page.route("**/proof", async (route) => {
      const answer = await route.fetch();
      const proof = await answer.json();
      proof.checkpoint = forged(proof.checkpoint);
      await route.fulfill({ response: answer, json: proof });
    });
    await page.getByRole("button", { name: "Verify again" }).click();
    await page.getByText("Not proved", { exact: true }).waitFor();
    await page.getByText("Do not rely on what is shown").waitFor();
    expect(await page.getByText("Proved", { exact: true }).count()).toBe(0);
    await page.close();
  });

  it.skipIf(!hasCheck)("have a log whose first checkpoint is remembered only where it is signed", async () => {
    const page = await console.page("/audit/log");
    let isForged = true;
    await page.route("**/api/v1/audit-log/checkpoint", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: isForged ? forged(await answer.text()) : await answer.text() });
    });
    await page.reload();
    await page.getByRole("button", { name: "Check in this browser" }).click();
    await page.getByText("Not signed", { exact: true }).waitFor();
    isForged = false;
    await page.reload();
    await page.getByRole("button", { name: "Check in this browser" }).click();
    await page.getByText("It is signed, and remembered.").waitFor();
    await page.close();
  });

  it.skipIf(!hasCheck)("have a log of which nothing stays said that was found of another checkpoint, or where it cannot be checked", async () => {
    const page = await console.page("/audit/log");
    await page.clock.install();
    await page.reload();
    const status = async (text: string) => page.getByText(text, { exact: true }).first().waitFor();
    const press = () => page.getByRole("button", { name: "Check in this browser" }).click();
    await status("Signature not checked yet");
    await press();
    await status("Agrees with itself");
    await page.getByText(/^It was the checkpoint of [\d,]+ events\.$/).waitFor();
    expect(await page.getByText("Signature verified").count()).toBe(0);
    await page.route("**/api/v1/audit-log/key", (route) => route.abort());
    await press();
    await status("Signature not checked yet");
    await page.unroute("**/api/v1/audit-log/key");
    await press();
    await status("Agrees with itself");
    await page.route("**/api/v1/audit-log/checkpoint", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: forged(await answer.text()) });
    });
    await page.clock.fastForward(16_000);
    await status("Signature not checked yet");
    await page.close();
  });
});

/** A checkpoint whose signature is another: one of its last signs is changed. */
function forged(checkpoint: string): string {
  return checkpoint.replace(/(\n— \S+ \S+)(\S)(\S{3})(?=\n)/, (_, before: string, sign: string, after: string) => before + (sign === "A" ? "B" : "A") + after);
}
