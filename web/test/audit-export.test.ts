import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";
import { BINARY } from "./support/server.mjs";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("what leaves the audit trail", () => {
  it("is exported whole, so that the program checks it", async () => {
    const page = await console.page("/audit/events");
    await settled(page);
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /What/ }).click();
    await page.getByRole("option", { name: /The whole log/ }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Export", exact: true }).click()]);
    await dialog.getByText(/^Saved/).waitFor();
    const folder = console.server.folder;
    await file.saveAs(join(folder, "audit-log.ndjson"));
    const { keys } = await console.api.get("/api/v1/audit-log/key");
    writeFileSync(join(folder, "log.key"), keys.join("\n"));
    const said = execFileSync(BINARY, ["audit", "verify", "--export", join(folder, "audit-log.ndjson"), "--key", join(folder, "log.key")], { encoding: "utf8" });
    expect(said).toContain("whole:");
    await page.close();
  });

  it("is exported as it is searched", async () => {
    const page = await console.page("/audit/events#action=casemate.role.create");
    await settled(page);
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Format/ }).click();
    await page.getByRole("option", { name: /CSV/ }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Export", exact: true }).click()]);
    const lines = readFileSync(await file.path(), "utf8").trim().split("\n");
    expect(lines.slice(1).every((line) => line.includes("casemate.role.create"))).toBe(true);
    expect(lines.length).toBeGreaterThan(5);
    await page.close();
  });
});

describe("the live tail", () => {
  it("shows events as they come, and keeps those that come while it is paused", async () => {
    const page = await console.page("/audit/tail#search=action%3Acasemate.group.create");
    await page.getByText("Live", { exact: true }).waitFor();
    await console.api.post("/api/v1/groups", { name: "tailed" });
    await page.getByRole("row", { name: /casemate\.group\.create/ }).waitFor();
    await check(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await console.api.post("/api/v1/groups", { name: "tailed again" });
    await page.getByRole("button", { name: "Go on (1 waiting)" }).click();
    await page.waitForFunction(() => document.querySelectorAll('[role="row"][data-index]').length === 2);
    await page.close();
  });
});

describe("the tail", () => {
  it("goes on where it was after the server was started anew, and nothing is missed", async () => {
    const page = await console.page("/audit/tail#search=action:casemate.group.create");
    await page.getByText("Live", { exact: true }).waitFor();
    await console.api.post("/api/v1/groups", { name: "before-the-end" });
    const rows = page.getByRole("row", { name: /casemate\.group\.create/ });
    await rows.first().waitFor();
    await console.server.restart(() => page.getByText("The connection broke off").waitFor());
    await console.api.post("/api/v1/groups", { name: "after-the-end" });
    await rows.nth(1).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await rows.count()).toBe(2);
    expect(await page.getByText("The connection broke off").count()).toBe(0);
    await page.close();
  });
});
