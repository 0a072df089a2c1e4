import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const path = (name: "siem" | "archive-stream") => `/audit-sinks/${console.seeded.settings.sinks[name]}`;

describe("audit sinks", () => {
  it("are listed with where they are and what waits", async () => {
    const page = await console.page("/audit-sinks");
    await page.getByText("Failing").waitFor();
    await page.getByText("Sending", { exact: true }).waitFor();
    await check(page);
    await page.close();
  });

  it("are made by kind, and the secret is never shown again", async () => {
    const page = await console.page("/audit-sinks");
    await page.getByRole("button", { name: "New sink" }).click();
    const dialog = page.getByRole("dialog");
    await check(page);
    await dialog.getByLabel("Name").fill("second siem");
    await dialog.getByLabel("URL").fill("nowhere");
    await dialog.getByLabel("Signing secret").fill("short");
    await dialog.getByRole("button", { name: "Create sink" }).click();
    await dialog.getByText(/invalid_document/).waitFor();
    await dialog.getByLabel("Name").fill("second-siem");
    await dialog.getByLabel("URL").fill(`${console.seeded.settings.endpoints.url}/second`);
    await dialog.getByLabel("Signing secret").fill("a-secret-of-more-than-thirty-two-bytes");
    await dialog.getByRole("button", { name: "Create sink" }).click();
    await page.getByRole("heading", { level: 1, name: "second-siem" }).waitFor();
    expect(await page.content()).not.toContain("a-secret-of-more-than-thirty-two-bytes");
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByText("Set, and kept sealed").waitFor();
    await page.close();
  });

  it("are tested, paused and resumed", async () => {
    const page = await console.page(path("siem"));
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText(/The test was taken in/).waitFor();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Pause" }).click();
    expect(await page.getByRole("alertdialog").textContent()).toContain("wait here");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("siem goes on where it was").waitFor();
    await page.close();
  });

  it("say why nothing arrives, and are sent events again", async () => {
    const page = await console.page(path("archive-stream"));
    await page.getByText(/Connection refused/).first().waitFor();
    await check(page);
    await page.close();
    const again = await console.page(path("siem"));
    await again.getByRole("button", { name: "More" }).click();
    await again.getByRole("menuitem", { name: /Send again/ }).click();
    expect(await again.getByRole("alertdialog").textContent()).toMatch(/events are sent again/);
    await again.getByRole("button", { name: "Send again" }).click();
    await again.getByText(/is sent everything from event 0 on again/).waitFor();
    await again.close();
  });
});
