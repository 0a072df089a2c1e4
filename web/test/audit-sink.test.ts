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
    let sent = 0;
    page.on("request", (request) => (sent += request.method() === "POST" && request.url().endsWith("/api/v1/audit-sinks") ? 1 : 0));
    await dialog.getByLabel("Signing secret").press("Enter");
    await dialog.getByText("At least 32 bytes: it has 5.").waitFor();
    expect(sent).toBe(0);
    await dialog.getByLabel("Signing secret").fill("a-secret-of-more-than-thirty-two-bytes");
    await dialog.getByRole("button", { name: "Create sink" }).click();
    await dialog.getByText(/invalid_document/).waitFor();
    // What went wrong is in view, however long the dialog is, and so are its buttons.
    await page.setViewportSize({ width: 390, height: 600 });
    await dialog.getByRole("button", { name: "Limits" }).click();
    await dialog.getByRole("button", { name: "Create sink" }).click();
    await expect.poll(() => sent).toBe(2);
    await expect.poll(() => dialog.getByRole("alert").evaluate((notice) => notice.getBoundingClientRect().top < (notice.closest("form")?.lastElementChild?.getBoundingClientRect().top ?? 0))).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
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

  it.each([
    {
      kind: "Syslog",
      more: "TLS and limits",
      type: { Host: "syslog.example.com", "Longest message, bytes": "4096", "Only outcomes": "denied\nfailure" },
      flag: "Plain TCP, without TLS",
      stored: { syslog: { host: "syslog.example.com", max_bytes: 4096, insecure: true }, only: { outcomes: ["denied", "failure"] } },
    },
    {
      kind: "NATS JetStream",
      more: "Token and limits",
      type: { Server: "nats://127.0.0.1:9", Subject: "audit.casemate", Token: "a-token-nobody-may-read", "Only areas": "role" },
      flag: "Without TLS",
      stored: { nats: { url: "nats://127.0.0.1:9", subject: "audit.casemate", token: { sealed: true }, insecure: true }, only: { areas: ["role"] } },
    },
    { kind: "File", more: "Which events", type: { File: "audit.ndjson", "New file at, MiB": "20", "Earlier files kept": "3", "Only kinds": "update" }, flag: undefined, stored: { file: { name: "audit.ndjson", rotate_megabytes: 20, keep: 3 }, only: { kinds: ["update"] } } },
  ])("are made to $kind, and changed", async ({ kind, more, type, flag, stored }) => {
    const name = `to-${kind.toLowerCase().replace(/\W.*/, "")}`;
    const page = await console.page("/audit-sinks");
    await page.getByRole("button", { name: "New sink" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("button", { name: /Kind/ }).click();
    await page.getByRole("option", { name: kind }).click();
    for (const part of new Set([more, "Which events"])) await dialog.getByRole("button", { name: part }).click();
    await check(page);
    for (const [label, value] of Object.entries(type)) await dialog.getByLabel(new RegExp(`^${label}`)).and(page.locator("input, textarea")).fill(value);
    if (flag !== undefined) await dialog.locator("label", { hasText: flag }).click();
    await dialog.getByRole("button", { name: "Create sink" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const { items } = await console.api.post("/api/v1/audit-sinks/search", { search: name });
    expect(items[0].document).toMatchObject({ name, ...stored });
    await page.getByRole("button", { name: "Edit" }).click();
    await dialog.getByLabel("Title").fill("Kept elsewhere");
    await check(page);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText(`${name} was changed`).waitFor();
    expect((await console.api.get(`/api/v1/audit-sinks/${items[0].id}`)).document).toMatchObject({ name, title: "Kept elsewhere", ...stored });
    await page.close();
  });

  it("are deleted after their name was typed", async () => {
    const { id } = await console.api.post("/api/v1/audit-sinks", { name: "goes-away", webhook: { url: `${console.seeded.settings.endpoints.url}/gone`, signing_secret: "a-secret-of-more-than-thirty-two-bytes" } });
    const page = await console.page(`/audit-sinks/${id}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("alertdialog");
    expect(await dialog.getByRole("button", { name: "Delete sink" }).isDisabled()).toBe(true);
    await check(page);
    await dialog.getByLabel("Type goes-away to confirm").fill("goes-away");
    await dialog.getByRole("button", { name: "Delete sink" }).click();
    await page.getByText("goes-away was deleted").waitFor();
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
