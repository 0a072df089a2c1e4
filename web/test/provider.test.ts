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

  it.each([
    { kind: "github", type: { "Client id": "iv1.abc", "Client secret": "a-client-secret-nobody-may-read" }, stored: { type: "github", client_id: "iv1.abc", client_secret: { sealed: true } } },
    { kind: "introspection", type: { Name: "opaque", Endpoint: "https://login.example.com/introspection", "Client id": "casemate", "Client secret": "a-client-secret-nobody-may-read", "Token prefix": "oq_" }, stored: { type: "introspection", token_prefix: "oq_", endpoint: "https://login.example.com/introspection", client_id: "casemate", client_secret: { sealed: true } } },
    { kind: "hook", type: { Name: "badges", Endpoint: "https://badges.example.com/who", "Signing secret": "a-secret-of-more-than-thirty-two-bytes" }, stored: { type: "hook", endpoint: "https://badges.example.com/who", signing_secret: { sealed: true } } },
    {
      kind: "generic",
      directory: /Pulled from an LDAP/,
      type: { Name: "with-directory", Issuer: "https://login.example.com", Audiences: "casemate", Address: "ldaps://127.0.0.1:9", "Bind DN": "cn=casemate,dc=example", "Bind password": "a-password-nobody-may-read", Base: "dc=example" },
      stored: { issuer: "https://login.example.com", ldap: { url: "ldaps://127.0.0.1:9", bind_dn: "cn=casemate,dc=example", bind_password: { sealed: true }, base: "dc=example" } },
    },
  ])("are made of the kind $kind, with what it asks for", async ({ kind, directory, type, stored }) => {
    const page = await console.page(`/providers/new#kind=${kind}`);
    if (directory !== undefined) {
      await page.getByRole("button", { name: /How they come/ }).click();
      await page.getByRole("option", { name: directory }).click();
    }
    for (const more of await page.locator('main button[aria-expanded="false"]:not([aria-haspopup])').all().then((all) => all.reverse())) await more.click();
    await check(page);
    for (const [label, value] of Object.entries(type)) await page.locator("main form").getByLabel(new RegExp(`^${label}`)).and(page.locator("input, textarea")).first().fill(value);
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.waitForURL(/providers\/prv_/);
    const made = await console.api.get(`/api/v1/providers/${new URL(page.url()).pathname.split("/").pop()}`);
    expect(made.document).toMatchObject(stored);
    await page.close();
  });

  it("of which the secret is too short are not sent", async () => {
    const page = await console.page("/providers/new#kind=hook");
    await page.getByLabel("Name").fill("short");
    await page.getByLabel("Signing secret").fill("short");
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.getByText("At least 32 bytes: it has 5.").waitFor();
    expect((await console.api.post("/api/v1/providers/search", { search: "short" })).items).toEqual([]);
    await page.close();
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
