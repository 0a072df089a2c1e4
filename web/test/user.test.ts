import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("the list of users", () => {
  it("can be used by everybody, also where none fits", async () => {
    const page = await console.page("/users");
    await check(page);
    await page.getByRole("searchbox").fill("nobody of this name");
    await page.getByText("Nobody fits").waitFor();
    await check(page);
    await page.close();
  });

  it("is searched, and keeps what was searched for in the fragment", async () => {
    const page = await console.page("/users");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await settled(page);
    await page.keyboard.press("/");
    await page.keyboard.type("lovelace");
    await page.getByText("1 in all").waitFor();
    expect(new URL(page.url()).hash).toBe("#search=lovelace");
    expect(asked.filter((url) => url.includes("lovelace"))).toEqual([]);
    await page.reload();
    await page.getByText("1 in all").waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("lovelace");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText(/2\d in all/).waitFor();
    await page.close();
  });

  it("is sorted by the server, and gone through by keyboard", async () => {
    const page = await console.page("/users#sort=login");
    await settled(page);
    const logins = await page.getByRole("gridcell").getByRole("link").allTextContents();
    expect(logins.slice(0, 3)).toEqual(["ada@example.com", "alan@example.com", "barbara@example.com"]);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Alan M. Turing" }).waitFor();
    await page.goBack();
    await settled(page);
    expect(new URL(page.url()).hash).toBe("#sort=login");
    await page.close();
  });

  it("is saved as CSV and as JSON, as it was searched", async () => {
    const page = await console.page("/users#search=turing");
    await settled(page);
    for (const [name, reads] of [
      ["CSV", (text: string) => expect(text.trim().split("\n")).toHaveLength(2)],
      ["JSON", (text: string) => expect((JSON.parse(text) as { login: string }[]).map((user) => user.login)).toEqual(["alan@example.com"])],
    ] as const) {
      await page.getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]);
      expect(download.suggestedFilename()).toBe(`users.${name.toLowerCase()}`);
      reads(await readFile(await download.path(), "utf8"));
    }
    await page.close();
  });
});

describe("a user", () => {
  it("is made, changed, set back and deleted", async () => {
    const page = await console.page("/users");
    await settled(page);
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: /Login/ }).fill("ada@example.com");
    await page.getByRole("button", { name: "Create user" }).click();
    // The name is taken: the dialog says so, and keeps what was typed.
    await page.getByRole("alert").getByText("The name is taken").waitFor();
    await check(page);
    await page.getByRole("textbox", { name: /Login/ }).fill("rosalind@example.com");
    await page.getByRole("textbox", { name: /Name/ }).fill("Rosalind Franklin");
    await page.getByRole("button", { name: "Create user" }).click();
    await page.getByRole("heading", { level: 1, name: "Rosalind Franklin" }).waitFor();

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: /Name/ }).fill("R. E. Franklin");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: "R. E. Franklin" }).waitFor();
    // Undo in the toast is a change of its own.
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { level: 1, name: "Rosalind Franklin" }).waitFor();

    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("gridcell", { name: "Changed" }).last().click();
    await page.getByText("R. E. Franklin").first().waitFor();
    await check(page);
    const setBack = async () => {
      await page.getByRole("button", { name: "Set back to this" }).click();
      await page.getByRole("alertdialog").getByText("R. E. Franklin").first().waitFor();
      await page.getByRole("textbox", { name: /Reason/ }).fill("as she signs");
      await page.getByRole("button", { name: "Set back", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: "R. E. Franklin" }).waitFor();
    };
    await setBack();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { level: 1, name: "Rosalind Franklin" }).waitFor();
    // What somebody else changed between setting back and Undo stays.
    await setBack();
    const { items } = await console.api.post("/api/v1/users/search", { search: "rosalind@example.com" });
    const { id, revision, login, provider, active, attributes, display_name } = items[0];
    await console.api.put(`/api/v1/users/${id}`, { login, provider, active, attributes, display_name, email: "rosalind@example.net" }, revision);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Not taken back: it was changed since").waitFor();
    expect(await console.api.get(`/api/v1/users/${id}`)).toMatchObject({ display_name: "R. E. Franklin", email: "rosalind@example.net" });
    await page.reload();

    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const verb = page.getByRole("button", { name: "Delete user" });
    expect(await verb.isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: /to confirm/ }).fill("rosalind@example.com");
    await check(page);
    await verb.click();
    await page.waitForURL("**/console/users");
    await page.getByText("rosalind@example.com was deleted").waitFor();
    await page.close();
  });

  it("shows what is assigned to them by a group, and is assigned more", async () => {
    const page = await console.page(`/users/${console.seeded.users["barbara"]}#tab=assignments`);
    await page.getByRole("grid", { name: "Assignments" }).getByText("group engineering").waitFor();
    await page.getByRole("grid", { name: "Groups" }).getByRole("link", { name: "engineering" }).waitFor();
    await page.getByRole("button", { name: "Assign" }).click();
    const dialog = page.getByRole("dialog", { name: "Assign to barbara@example.com" });
    await dialog.getByRole("combobox", { name: "Role" }).fill("catal");
    await page.getByRole("option", { name: /catalogue/ }).click();
    await dialog.getByRole("button", { name: "Assign" }).click();
    await page.getByText("catalogue was assigned to barbara@example.com").waitFor();
    await page.getByRole("grid", { name: "Assignments" }).getByText("Directly").waitFor();
    await check(page);
    await page.close();
  });

  it("is deactivated with its consequence in numbers", async () => {
    const page = await console.page(`/users/${console.seeded.users["joan"]}`);
    await settled(page);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Deactivate" }).click();
    await page.getByText("What no longer counts until they are activated again: 1 assignment.").waitFor();
    await page.getByRole("button", { name: "Deactivate" }).click();
    await page.locator("h1").getByText("Inactive").waitFor();
    expect(await console.api.get(`/api/v1/users/${console.seeded.users["joan"]}`)).toMatchObject({ active: false });
    await page.close();
  });

  it("can be read by everybody, part by part", async () => {
    const page = await console.page(`/users/${console.seeded.users["alan"]}`);
    await check(page);
    for (const tab of ["Sign-ins", "Attributes", "History"]) {
      await page.getByRole("tab", { name: tab }).click();
      await check(page);
    }
    await page.close();
  });

  it("who is not there is said so, with the request's id", async () => {
    const page = await console.page("/users/usr_00000000000000000000000000000000");
    await page.getByRole("alert").getByText(/request/).waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.close();
  });
});
