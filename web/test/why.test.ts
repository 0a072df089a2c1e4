import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

const asked = (who: string, more: Record<string, string>) => `/why#${new URLSearchParams({ who, ...more })}`;

describe("why", () => {
  it("answers a question that a link asks, by the permission, its way, and what would change it", async () => {
    const page = await console.page(asked(`user:${console.seeded.users["sophie"]}`, { action: "shop.order.update", type: "order", id: "A-1043", properties: '{"total":90,"region":"us"}' }));
    await settled(page);
    const main = page.locator("main");
    await main.getByText("Conditions are not met", { exact: true }).waitFor();
    const text = await main.innerText();
    for (const said of ["Denied", "shop.order.{list,read,update}", "role order-clerk", "team helpdesk", "group support", "resource.region in value", "widened in role"]) expect(text).toContain(said);
    expect(await page.getByRole("combobox", { name: "User" }).inputValue()).toBe("sophie@example.com");
    expect(await page.getByLabel("region", { exact: true }).inputValue()).toBe("us");
    await check(page);
    await page.close();
  });

  it("is asked anew with another property, and keeps the question in the address", async () => {
    const page = await console.page(asked(`user:${console.seeded.users["sophie"]}`, { action: "shop.order.update", type: "order", id: "not-registered" }));
    await page.getByText("The question does not say").waitFor();
    await page.getByLabel("region", { exact: true }).fill("eu");
    await page.getByLabel("total", { exact: true }).fill("90");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("The permission that decided").waitFor();
    expect(await page.locator("main").innerText()).toContain("Allowed");
    const properties = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("properties");
    expect(JSON.parse(properties ?? "")).toEqual({ region: "eu", total: 90 });
    await page.close();
  });

  it("says which denial denies, and of an unnamed resource that it depends", async () => {
    const page = await console.page(asked(`user:${console.seeded.users["mallory"]}`, { action: "notes.read", type: "note", id: "7" }));
    await page.getByText("No further permission outweighs a denial.").waitFor();
    await page.goto(`${console.url}/console${asked(`user:${console.seeded.users["tony"]}`, { action: "shop.order.read" })}`);
    await page.getByText("No resource is named").waitFor();
    expect(await page.locator("main").innerText()).toContain("Conditional");
    await page.close();
  });

  it("is asked by hand: somebody found by typing, and what is missing is said", async () => {
    const page = await console.page("/why");
    await page.getByText("Nothing is asked yet").waitFor();
    await page.getByRole("combobox", { name: "User" }).fill("joan");
    await page.getByRole("option", { name: "joan@example.com" }).click();
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("Say what is to be done").waitFor();
    await page.getByRole("combobox", { name: "May do" }).fill("shop.order.delete");
    await page.getByLabel("Resource type").fill("order");
    await page.getByLabel("Resource id").fill("A-1");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("No permission matches", { exact: true }).waitFor();
    await check(page);
    await page.close();
  });
});
