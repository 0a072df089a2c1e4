import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const heldBy = async (search: string) => (await console.api.post("/api/v1/access-review/search", { search })).items;

describe("an access review", () => {
  it("certifies what is still needed, keeps what it was given for, and is taken back", async () => {
    const page = await console.page("/access-review#search=joan");
    await settled(page);
    await page.getByRole("checkbox", { name: "Choose what joan@example.com holds" }).focus();
    await page.keyboard.press("Space");
    await page.getByText("1 assignment chosen").waitFor();
    await page.getByRole("button", { name: "Certify" }).click();
    await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").fill("still covers");
    await page.getByRole("button", { name: "Certify" }).last().click();
    await page.getByText(/The reason says: Certified \d{4}/).waitFor();
    const [entry] = await heldBy("joan");
    expect(entry.reason).toMatch(/^Certified \d{4}-\d\d-\d\d by grace@example\.com: still covers \| Covers for Tony$/);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await heldBy("joan"))[0].reason).toBe("Covers for Tony");
    await check(page);
    await page.close();
  });

  it("revokes several with a reason, which stays on record", async () => {
    const page = await console.page("/access-review");
    await settled(page);
    await page.getByRole("searchbox").fill("example.com");
    for (const login of ["hedy", "tim"]) {
      await page.getByRole("checkbox", { name: `Choose what ${login}@example.com holds` }).first().focus();
      await page.keyboard.press("Space");
      await page.getByText(login === "hedy" ? "1 assignment chosen" : "2 assignments chosen").waitFor();
    }
    await page.getByText("2 assignments chosen").waitFor();
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("2 people or programs lose").waitFor();
    await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").fill("no longer in sales");
    await page.getByRole("button", { name: "Revoke" }).last().click();
    await page.getByText("2 assignments were revoked").waitFor();
    const gone = (await heldBy("tim")).find((entry: { role: string }) => entry.role === "note-reader");
    expect(gone.state).toBe("over");
    expect(gone.reason).toContain("no longer in sales | Audit of the public folder");
    await page.close();
  });

  it("says what could not be changed, and what nobody holds", async () => {
    const page = await console.page("/access-review#search=nobody-at-all");
    await page.getByText("Nothing fits").waitFor();
    await check(page);
    await page.close();
  });
});
