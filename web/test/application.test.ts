import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("applications", () => {
  it("show what their schema declares, and say what a new one breaks", async () => {
    const page = await console.page(`/applications/${console.seeded.applications["notes"]}`);
    await page.getByText("resource.folder in value").waitFor();
    await page.getByRole("button", { name: "Edit schema" }).click();
    await page.getByLabel("Schema", { exact: true }).fill('format = 1\n[application]\nid = "notes"\nnamespaces = ["notes"]\n[[permission]]\nname = "notes.*"\n');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("These would no longer fit").waitFor();
    await page.getByText("Take it all the same").waitFor();
    await page.close();
  });
});

describe("resources", () => {
  it("are found by id, edited as JSON, and put back by undoing", async () => {
    const page = await console.page("/resources#search=minutes");
    await page.getByRole("link", { name: "minutes/2026-11" }).click();
    await page.getByRole("heading", { name: "minutes/2026-11" }).waitFor();
    await page.getByRole("button", { name: "Edit attributes" }).click();
    const editor = page.getByRole("dialog").getByRole("textbox", { name: "Attributes" });
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{ "author": "grace", "folder": "team" }');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("minutes/2026-11 was changed").waitFor();
    const read = async () => (await console.api.get("/api/v1/resources/notes/note/minutes%2F2026-11")).attributes;
    expect(await read()).toEqual({ author: "grace", folder: "team" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect(await read()).toEqual({ author: "grace", folder: null });
    await page.close();
  });
});

describe("tenants", () => {
  it("are made, and get an administrator whose key is shown once", async () => {
    const page = await console.page("/tenants");
    await page.getByRole("button", { name: "New tenant" }).click();
    await page.getByLabel("Name", { exact: true }).fill("globex");
    await page.getByRole("button", { name: "Create tenant" }).click();
    await page.getByRole("heading", { name: "globex" }).waitFor();
    await page.getByRole("button", { name: "Appoint" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Who/ }).click();
    await page.getByRole("option", { name: /A new service account/ }).click();
    await dialog.getByLabel("Name of the service account").fill("operator");
    await dialog.getByRole("button", { name: "Appoint" }).click();
    const key = await page.getByRole("group", { name: "API key" }).locator("code").textContent();
    const response = await fetch(`${console.url}/api/v1/roles`, { headers: { authorization: `Bearer ${key}`, "casemate-tenant": "globex" } });
    expect(response.status).toBe(200);
    await page.close();
  });
});

describe("deleting", () => {
  /** Opens what asks before something is deleted. */
  async function asked(path: string) {
    const page = await console.page(path);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    return { page, dialog: page.getByRole("alertdialog") };
  }
  const isThere = (path: string) => console.api.get(path).then(() => true, () => false);

  it("an application says what becomes of its names, and is refused while resources are of it", async () => {
    const used = await asked(`/applications/${console.seeded.applications["notes"]}`);
    await used.dialog.getByText("roles that grant them grant nothing").waitFor();
    await used.dialog.getByLabel("Type notes to confirm").fill("notes");
    await used.dialog.getByRole("button", { name: "Delete application" }).click();
    await used.dialog.getByText("Change or delete what depends on it first.").waitFor();
    await used.page.close();
    const { id } = await console.api.post("/api/v1/applications", { schema: 'format = 1\n[application]\nid = "short"\nnamespaces = ["short"]\n[[permission]]\nname = "short.*"\n' });
    const { page, dialog } = await asked(`/applications/${id}`);
    const verb = dialog.getByRole("button", { name: "Delete application" });
    await dialog.getByLabel("Type short to confirm").fill("shor");
    expect(await verb.isDisabled()).toBe(true);
    await dialog.getByLabel("Type short to confirm").fill("short");
    await verb.click();
    await page.getByText("short was deleted").waitFor();
    expect(await isThere(`/api/v1/applications/${id}`)).toBe(false);
    await page.close();
  });

  it("a resource says what counts no longer, and is undone", async () => {
    const { page, dialog } = await asked("/resources/notes/note/7");
    await dialog.getByText("counts no longer").waitFor();
    await dialog.getByRole("button", { name: "Delete resource" }).click();
    await page.getByText("7 is no longer registered").waitFor();
    expect(await isThere("/api/v1/resources/notes/note/7")).toBe(false);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    expect(await isThere("/api/v1/resources/notes/note/7")).toBe(true);
    await page.close();
  });

  it("a tenant says who is refused then", async () => {
    const { id } = await console.api.post("/api/v1/tenants", { id: "leaving", title: "Leaves" });
    const { page, dialog } = await asked(`/tenants/${id}`);
    await dialog.getByText("Whoever asks in it is refused from then on.").waitFor();
    await dialog.getByLabel("Type leaving to confirm").fill("leaving");
    await dialog.getByRole("button", { name: "Delete tenant" }).click();
    await page.getByText("leaving was deleted").waitFor();
    expect(await isThere(`/api/v1/tenants/${id}`)).toBe(false);
    await page.close();
  });

  it("a team counts who is assigned it, and is refused while somebody is", async () => {
    const used = await asked(`/teams/${console.seeded.teams["helpdesk"]}`);
    await used.dialog.getByText("1 assignment gives this team").waitFor();
    await used.page.close();
    const { page, dialog } = await asked(`/teams/${console.seeded.teams["back-office"]}`);
    await dialog.getByText("Nobody is assigned it here.").waitFor();
    await dialog.getByRole("button", { name: "Delete team" }).click();
    await page.getByText("back-office was deleted").waitFor();
    expect(await isThere(`/api/v1/teams/${console.seeded.teams["back-office"]}`)).toBe(false);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back").waitFor();
    await page.close();
  });
});

describe("pages of applications, resources and tenants", () => {
  it("can be used by everybody", async () => {
    const { applications, tenants } = console.seeded as typeof console.seeded & { tenants: Record<string, string> };
    const application = `/applications/${applications["notes"]}`;
    for (const path of ["/applications", application, `${application}#tab=attributes`, `${application}#tab=schema`, "/resources", "/resources/notes/note/7", "/tenants", `/tenants/${tenants["acme"]}`]) {
      const page = await console.page(path);
      await check(page);
      await page.close();
    }
  });
});
