import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("who can", () => {
  it("shows people and groups by actions, exports them, and leads to the reason", async () => {
    const page = await console.page("/matrix#application=shop&actions=shop.order.read,shop.order.delete&type=order");
    await settled(page);
    const row = page.getByRole("row", { name: /sophie@example\.com/ });
    await row.waitFor();
    expect(await row.getByRole("cell").allInnerTexts()).toEqual([expect.stringContaining("conditional"), expect.stringContaining("not allowed")]);
    await page.getByRole("button", { name: "Export" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /CSV/ }).click()]);
    const text = await readFile(await file.path(), "utf8");
    expect(text.split("\n")[0]).toBe("type,provider,id,login,shop.order.read,shop.order.delete");
    expect(text).toContain("sophie@example.com,conditional,not allowed");
    await check(page);
    await row.getByRole("link", { name: /conditional/ }).click();
    await page.waitForURL(/\/why#/);
    await page.getByText("No resource is named").waitFor();
    await page.close();
  });

  it("begins with what roles grant, and is filtered", async () => {
    const page = await console.page("/matrix#application=shop");
    await settled(page);
    await page.getByRole("columnheader", { name: "shop.order.list" }).waitFor();
    await check(page);
    await page.getByRole("searchbox").fill("sophie");
    await expect.poll(() => page.getByRole("rowheader").count()).toBe(1);
    await page.close();
  });
});
