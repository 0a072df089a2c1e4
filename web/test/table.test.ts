import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settled, startConsole } from "./support/console";

const ROWS = 2_000;

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
  for (let from = 0; from < ROWS; from += 1_000) {
    const items = Array.from({ length: 1_000 }, (_, index) => ({ application: "notes", type: "page", id: `page-${String(from + index).padStart(5, "0")}`, attributes: { author: "ada", folder: "team" } }));
    await console.api.post("/api/v1/resources/batch", { items });
  }
});
afterAll(() => console?.stop());

describe("a long table", () => {
  it("is gone through to its last row by keyboard, and draws no more than is seen", async () => {
    const page = await console.page("/resources#search=page-");
    await settled(page);
    const grid = page.getByRole("grid", { name: "Resources" });
    await grid.getByRole("row").nth(1).focus();
    const drawn = () => page.evaluate(() => document.querySelectorAll("*").length);
    const first = await drawn();
    let most = first;
    // `End` leads to the last row that was read, from which on more are.
    await expect
      .poll(
        async () => {
          await page.keyboard.press("End");
          most = Math.max(most, await drawn());
          return page.getByText(`${ROWS} in all`).count();
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(1);
    await page.keyboard.press("End");
    const last = grid.locator(`[aria-rowindex="${ROWS + 1}"]`);
    await last.waitFor();
    await expect.poll(() => last.evaluate((row) => row === document.activeElement)).toBe(true);
    expect(await grid.getAttribute("aria-rowcount")).toBe(String(ROWS + 1));
    // What is seen and some rows around it, wherever that is.
    expect(Math.max(most, await drawn())).toBeLessThan(first * 2);
    expect(await grid.locator("[data-index]").count()).toBeLessThan(80);
    await page.keyboard.press("Home");
    await grid.locator('[aria-rowindex="2"]').waitFor();
    await page.close();
  });
});
