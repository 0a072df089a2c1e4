import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("audit events", () => {
  it("are listed, searched, and opened in a page that everybody can use", async () => {
    const page = await console.page("/audit/events#outcome=denied&kind=decision");
    await settled(page);
    await page.getByRole("row", { name: /shop\.product\.update/ }).waitFor();
    expect(await page.getByText("casemate.user.create").count()).toBe(0);
    await check(page);
    await page.getByRole("row", { name: /shop\.product\.update/ }).first().press("Enter");
    await page.waitForURL(/\/audit\/events\/\d+/);
    await page.getByRole("heading", { name: "shop.product.update" }).waitFor();
    await check(page);
    await page.close();
  });

  it("are counted when somebody asks", async () => {
    const page = await console.page("/audit/events#outcome=denied");
    await page.getByRole("button", { name: "Count" }).click();
    await page.getByRole("button", { name: /^\d+ events$/ }).waitFor();
    await page.close();
  });

  it("carry no search in an address that a server reads", async () => {
    const page = await console.page("/audit/events#value=ada%40example.com");
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await page.reload();
    await settled(page);
    await page.getByRole("row", { name: /casemate\.user\.create/ }).first().waitFor();
    expect(addresses.filter((address) => address.includes("ada"))).toEqual([]);
    await page.close();
  });

  it("show before and after, with hidden members marked", async () => {
    const found = await console.api.post("/api/v1/audit-events/search", { action: "casemate.user.update", resource_id: console.seeded.users["alan"], limit: 1 });
    const page = await console.page(`/audit/events/${found.items[0].id}`);
    await page.getByRole("row", { name: /email/ }).getByText("hidden").first().waitFor();
    await check(page);
    await page.close();
  });
});
