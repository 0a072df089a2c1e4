import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("groups", () => {
  it("are listed, searched by what stands in the address, and opened", async () => {
    const page = await console.page("/groups#search=engin");
    await page.getByRole("link", { name: "engineering" }).click();
    await page.waitForURL(`**/groups/${console.seeded.groups["engineering"]}`);
    await page.getByRole("heading", { name: "engineering" }).waitFor();
    await page.getByRole("link", { name: "ada@example.com" }).waitFor();
    await page.close();
  });

  it("get members, and lose them again by undoing", async () => {
    const id = console.seeded.groups["finance"] ?? "";
    const page = await console.page(`/groups/${id}`);
    await page.getByRole("button", { name: "Add members" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("searchbox").fill("whitfield");
    await dialog.getByText("whitfield@example.com").click();
    await dialog.getByRole("button", { name: "Add 1 member" }).click();
    await page.getByRole("link", { name: "whitfield@example.com" }).waitFor();
    const members = async () => (await console.api.get(`/api/v1/groups/${id}/members`)).items.map((member: { login: string }) => member.login);
    expect(await members()).toContain("whitfield@example.com");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect(await members()).not.toContain("whitfield@example.com");
    await page.close();
  });

  it("lose a member, and are set back to the version of before", async () => {
    const id = console.seeded.groups["sales"] ?? "";
    const page = await console.page(`/groups/${id}`);
    await page.getByRole("button", { name: "Remove joan@example.com" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove member" }).click();
    await page.getByText("joan@example.com was removed from sales").waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("Members added").click();
    await page.getByRole("button", { name: "Set back to this" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("added:").first().waitFor({ state: "attached" });
    await dialog.getByRole("button", { name: "Set back" }).click();
    await page.getByText(/was set back to revision/).waitFor();
    const { items } = await console.api.get(`/api/v1/groups/${id}/members`);
    expect(items.map((member: { login: string }) => member.login)).toContain("joan@example.com");
    await page.close();
  });

  it("that something is assigned to say so in place of being deleted", async () => {
    const page = await console.page(`/groups/${console.seeded.groups["support"]}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByText("support is in use").waitFor();
    await page.close();
  });

  it("have pages that everybody can use", async () => {
    const id = console.seeded.groups["engineering"];
    for (const path of ["/groups", `/groups/${id}`, `/groups/${id}#tab=assignments`, `/groups/${id}#tab=history`]) {
      const page = await console.page(path);
      await check(page);
      await page.close();
    }
  });
});
