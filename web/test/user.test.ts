import { afterAll, beforeAll, describe, it } from "vitest";
import { check, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

describe("users", () => {
  it("are listed in a page that everybody can use", async () => {
    const page = await console.page("/users");
    await check(page);
    await page.close();
  });
});
