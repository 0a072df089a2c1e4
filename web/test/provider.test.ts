import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const path = (name: string, more = "") => `/providers/${console.seeded.settings.providers[name]}${more}`;

describe("providers", () => {
  it("are listed with their health", async () => {
    const page = await console.page("/providers");
    await page.getByText("Reachable, 1 key").waitFor();
    await page.getByText("Not reachable").waitFor();
    await check(page);
    await page.close();
  });

  it("are made by product, and the client secret is never shown again", async () => {
    const chooser = await console.page("/providers/new");
    await check(chooser);
    await chooser.getByRole("button", { name: /Keycloak/ }).click();
    await chooser.getByRole("heading", { level: 1, name: /Keycloak/ }).waitFor();
    await check(chooser);
    await chooser.getByLabel("Issuer").fill("https://keycloak.example.com/realms/main");
    await chooser.getByLabel("Client secret").fill("a-client-secret-nobody-may-read");
    await chooser.getByRole("button", { name: "Create provider" }).click();
    await chooser.getByRole("heading", { level: 1, name: /^keycloak/ }).waitFor();
    expect(await chooser.content()).not.toContain("a-client-secret-nobody-may-read");
    await chooser.getByRole("link", { name: "Edit" }).click();
    await chooser.getByText("Set, and kept sealed").waitFor();
    await chooser.getByLabel("Title").fill("Main realm");
    await chooser.getByRole("button", { name: "Save" }).click();
    await chooser.getByText("keycloak was changed").waitFor();
    await chooser.close();
  });

  it("have a mapping that is tried on claims", async () => {
    const page = await console.page(path("corp"));
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByText("There is no claim clearance").waitFor();
    await page.getByText("order-clerk").waitFor();
    await check(page);
    await page.getByRole("button", { name: "Remove rule 3" }).click();
    await page.getByRole("button", { name: "Save rules" }).click();
    await page.getByText("The mapping of corp is in force").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByLabel("When (rule 3)").waitFor();
    await page.close();
  });

  it("are signed in with, to see what comes back", async () => {
    const shown = await console.page(path("corp", "#tab=sign-in"));
    const link = await shown.getByRole("link", { name: "Test sign-in" }).getAttribute("href");
    await check(shown);
    await shown.close();
    const page = await console.stranger(link ?? "");
    await page.getByRole("heading", { level: 1, name: "Who you are" }).waitFor();
    await settled(page);
    await page.getByText("ada-0017").first().waitFor();
    await page.getByText("order-clerk", { exact: false }).first().waitFor();
    await check(page);
    await page.close();
  });

  it("say how their directory was pulled", async () => {
    const page = await console.page(path("headquarters", "#tab=directory"));
    await page.getByText(/Connection refused/).first().waitFor();
    await check(page);
    await page.close();
  });

  it("are deleted with what it costs", async () => {
    const page = await console.page(path("headquarters"));
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("0 open sessions end").waitFor();
    await dialog.getByLabel("Type headquarters to confirm").fill("headquarters");
    await dialog.getByRole("button", { name: "Delete provider" }).click();
    await page.getByText("headquarters was deleted").waitFor();
    await page.close();
  });
});
