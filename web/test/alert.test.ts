import { afterAll, beforeAll, describe, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("alerts", () => {
  it("are listed by state, and opened", async () => {
    const page = await console.page("/alerts#state=open");
    await settled(page);
    await page.getByRole("row", { name: /failed sign-ins/ }).waitFor();
    await check(page);
    await page.getByRole("link", { name: /failed sign-ins/ }).click();
    await page.getByRole("heading", { name: /failed sign-ins/ }).waitFor();
    await page.getByText("casemate.session.begin").first().waitFor();
    await check(page);
    await page.close();
  });

  it("are acknowledged, closed and opened again with a reason", async () => {
    const { items } = await console.api.post("/api/v1/alerts/search", { state: "open", limit: 1 });
    const page = await console.page(`/alerts/${items[0].id}`);
    for (const [verb, confirm, state] of [
      ["Acknowledge", "Acknowledge", "Acknowledged"],
      ["Close", "Close alert", "Closed"],
      ["Reopen", "Reopen", "Open"],
    ] as const) {
      await page.getByRole("button", { name: verb, exact: true }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByLabel("Reason").fill(`because of ${verb}`);
      await dialog.getByRole("button", { name: confirm }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("heading", { level: 1 }).getByText(state, { exact: true }).waitFor();
      await page.getByText(`because of ${verb}`).waitFor();
    }
    await page.close();
  });
});
