import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("assignments", () => {
  it("are made for somebody who is found by typing, and taken back", async () => {
    const page = await console.page("/assignments");
    await page.getByRole("button", { name: "New assignment" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Role" }).fill("note-rea");
    await page.getByRole("option", { name: /note-reader/ }).click();
    await dialog.getByRole("combobox", { name: "User" }).fill("sophie");
    await page.getByRole("option", { name: /sophie@example.com/ }).click();
    await dialog.getByLabel("Reason").fill("Helps out");
    await dialog.getByRole("button", { name: "Assign" }).click();
    await page.getByText("note-reader was assigned to sophie@example.com").waitFor();
    const find = async () => (await console.api.post("/api/v1/assignments/search", { filters: { reason: "Helps out" } })).items;
    const [made] = await find();
    expect(made.document.to).toEqual({ provider: "casemate", id: console.seeded.users["sophie"] });

    await page.goto(`${console.url}/console/assignments/${made.id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByText(/1 holder loses note-reader|keeps it by another/).first().waitFor();
    await page.getByRole("button", { name: "Delete assignment" }).click();
    await page.getByText(/note-reader is no longer assigned/).waitFor();
    expect(await find()).toEqual([]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect(await find()).toHaveLength(1);
    await page.close();
  });

  it("are made for a group that only tokens name, at a provider that is said", async () => {
    const page = await console.page("/assignments");
    await page.getByRole("button", { name: "New assignment" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Role" }).fill("note-rea");
    await page.getByRole("option", { name: /note-reader/ }).click();
    await dialog.getByRole("button", { name: /^For|A user/ }).click();
    await page.getByRole("option", { name: /A group at a provider/ }).click();
    await dialog.getByLabel("Group, as tokens name it").fill("contractors");
    // The same name at another provider is another group: none is guessed.
    expect(await dialog.getByRole("button", { name: "Assign" }).isDisabled()).toBe(true);
    await dialog.getByRole("combobox", { name: "Provider" }).fill("corp");
    await page.keyboard.press("Tab");
    await dialog.getByRole("button", { name: "Assign" }).click();
    await page.getByText("note-reader was assigned to group contractors").waitFor();
    const { items } = await console.api.post("/api/v1/assignments/search", { filters: { "to.group": "contractors" } });
    expect(items.map((one: { document: { to: object } }) => one.document.to)).toEqual([{ provider: "corp", group: "contractors" }]);
    await page.close();
  });

  it("are found by holder, role and end", async () => {
    const page = await console.page("/assignments#search=joan");
    await page.getByRole("grid", { name: "Assignments" }).getByText("order-clerk").first().waitFor();
    await settled(page);
    expect(await page.getByRole("row").count()).toBe(2);
    await page.goto(`${console.url}/console/assignments#ends=7`);
    await page.getByText("Covers for Tony").waitFor();
    await page.close();
    const other = await console.page("/assignments#role=catalogue");
    await other.getByText("hedy@example.com").waitFor();
    await other.close();
  });

  it("are given another end, and the former one by undoing", async () => {
    const id = console.seeded.assignments[4] ?? "";
    const before = (await console.api.get(`/api/v1/assignments/${id}`)).document;
    const page = await console.page(`/assignments/${id}`);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Reason").fill("Covers for Tony, longer");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The assignment of order-clerk was changed").waitFor();
    expect((await console.api.get(`/api/v1/assignments/${id}`)).document).toEqual({ ...before, reason: "Covers for Tony, longer" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect((await console.api.get(`/api/v1/assignments/${id}`)).document).toEqual(before);
    await page.close();
  });

  it("have pages that everybody can use, and teams do", async () => {
    for (const path of ["/assignments", `/assignments/${console.seeded.assignments[0]}`, "/teams", `/teams/${console.seeded.teams["helpdesk"]}`, `/teams/${console.seeded.teams["helpdesk"]}#tab=assignments`]) {
      const page = await console.page(path);
      await check(page);
      await page.close();
    }
  });
});

describe("teams", () => {
  it("are made of roles", async () => {
    const page = await console.page("/teams");
    await page.getByRole("button", { name: "New team" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("editors");
    await dialog.getByRole("combobox", { name: "Roles" }).fill("note-auth");
    await page.getByRole("option", { name: /note-author/ }).click();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByRole("button", { name: "Create team" }).click();
    await page.getByRole("heading", { name: "editors" }).waitFor();
    const { items } = await console.api.post("/api/v1/teams/search", { filters: { name: "editors" } });
    expect(items[0].document.roles).toEqual(["note-author"]);
    await page.close();
  });
});
