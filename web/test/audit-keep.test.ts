import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("legal holds and erasing", () => {
  it("place a hold, are stopped by it, lift it with a reason, and erase after counting", async () => {
    const person = console.seeded.users["mallory"] ?? "";
    const page = await console.page("/audit/holds");
    await settled(page);
    await check(page);
    await page.getByRole("button", { name: "Place a hold" }).first().click();
    const placing = page.getByRole("dialog");
    await check(page);
    // A date of which a part alone was typed is not taken for none.
    await placing.getByLabel("Reason").fill("case 2026-17");
    await placing.getByLabel("From").focus();
    await page.keyboard.type("31");
    await placing.getByRole("button", { name: "Hold all events" }).click();
    await placing.getByText("Type all of it, or leave it empty").first().waitFor();
    await placing.getByLabel("From").fill("2026-01-01T00:00");
    await placing.getByLabel("From").fill("");
    await placing.getByLabel("By, for or about").fill(person);
    await placing.getByRole("button", { name: "Place hold" }).click();
    await placing.waitFor({ state: "detached" });
    await page.getByRole("row", { name: /case 2026-17/ }).getByText(`party:${person}`).waitFor();
    await check(page);

    const erasing = await console.page("/audit/erase");
    await erasing.getByRole("textbox", { name: "Value" }).fill(person);
    await erasing.getByRole("textbox", { name: "Reason" }).fill("request 2026-4");
    await erasing.getByRole("button", { name: "Count what would be erased" }).click();
    await erasing.getByText("A legal hold is in the way").waitFor();
    expect(await erasing.getByRole("button", { name: /^Erase \d+ events$/ }).isDisabled()).toBe(true);
    await check(erasing);

    await page.bringToFront();
    await page.getByRole("button", { name: "Lift case 2026-17" }).click();
    const lifting = page.getByRole("alertdialog");
    await lifting.getByText(/It covers \d+ events/).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await lifting.evaluate((dialog) => dialog.getBoundingClientRect().right)).toBeLessThanOrEqual(390 - 16);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await lifting.getByRole("button", { name: "Lift hold" }).isDisabled()).toBe(true);
    await check(page);
    await lifting.getByLabel("Reason").fill("case 2026-17 was closed");
    await lifting.getByRole("button", { name: "Lift hold" }).click();
    await page.getByText("No hold is in force").waitFor();
    await page.close();

    await erasing.bringToFront();
    await erasing.getByRole("button", { name: "Count what would be erased" }).click();
    await erasing.getByText("A legal hold is in the way").waitFor({ state: "detached" });
    await erasing.getByRole("button", { name: /^Erase \d+ events$/ }).click();
    const asking = erasing.getByRole("alertdialog");
    const label = (await asking.getByText(/^Type erase \d+ events to confirm$/).textContent()) ?? "";
    expect(await asking.getByRole("button", { name: "Erase for good" }).isDisabled()).toBe(true);
    await check(erasing);
    await asking.getByLabel(/^Type/).fill(label.replace(/^Type | to confirm$/g, ""));
    await asking.getByRole("button", { name: "Erase for good" }).click();
    await erasing.getByText("These were all.").waitFor();
    // A link among words stays among them.
    expect(await erasing.getByRole("link", { name: "on record" }).evaluate((link) => getComputedStyle(link.parentElement as Element).display)).toBe("block");
    await check(erasing);
    await erasing.close();
  });
});

describe("the rest of the trail", () => {
  it.each([
    ["/audit/timeline", "Timeline"],
    ["/audit/log", "Audit log"],
    ["/audit/strangers#by=minute", "Refused strangers"],
  ])("%s can be used by everybody", async (path, title) => {
    const page = await console.page(path);
    await page.getByRole("heading", { name: title, exact: false, level: 1 }).waitFor();
    await check(page);
    await page.close();
  });

  it("tells of a person day by day, and leads to each event", async () => {
    const page = await console.page(`/audit/timeline#identity=${console.seeded.users["alan"]}`);
    await page.getByRole("heading", { name: "Timeline of Alan M. Turing" }).waitFor();
    await page.getByRole("link", { name: "casemate.user.update" }).first().waitFor();
    await check(page);
    await page.getByRole("link", { name: "casemate.user.update" }).first().click();
    await page.waitForURL(/\/audit\/events\/\d+/);
    await page.close();
  });
});
