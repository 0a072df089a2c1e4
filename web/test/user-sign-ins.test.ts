import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

/** The code that an authenticator app shows at a time (RFC 6238). */
function codeOf(key: string, time: number): string {
  const bits = [...key.replace(/[\s=]/g, "")].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const digest = createHmac("sha1", bytes).update(counter).digest();
  const at = (digest[19] ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe("how a user comes in", () => {
  it("begins with an invitation, whose link is shown once", async () => {
    const page = await console.page(`/users/${console.seeded.users["ada"]}#tab=sign-ins`);
    await page.getByRole("button", { name: "Invite" }).click();
    const link = (await page.getByRole("group", { name: "invitation link" }).locator("code").textContent()) ?? "";
    expect((await fetch(link)).status).toBe(200);
    await page.getByRole("button", { name: "Done" }).click();
    expect(await page.content()).not.toContain(link);
    await settled(page);
    await check(page);
    await page.close();
  });

  it("shows second factors, and takes away one that was lost", async () => {
    const me = (await console.api.get("/api/v1/me")) as { id: string };
    const account = await console.page("/sign-in");
    await account.goto(`${console.url}/account/factors`);
    await account.locator('form[action="/account/factors/app"] button').click();
    const key = (await account.locator("#key").textContent()) ?? "";
    await account.fill("[name=code]", codeOf(key, Date.now()));
    await account.locator("button.primary").click();
    await account.waitForURL("**/account/factors");
    await account.close();

    const page = await console.page(`/users/${me.id}#tab=sign-ins`);
    await page.getByRole("button", { name: "Remove Authenticator app" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("It is their last one").waitFor();
    await dialog.getByRole("button", { name: "Remove factor" }).click();
    await page.getByText("No second factor").waitFor();
    await page.close();
  });
});
