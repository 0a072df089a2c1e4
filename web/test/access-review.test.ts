import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, settled, startConsole } from "./support/console";

let console: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console?.stop());

type Page = Awaited<ReturnType<typeof console.page>>;

const heldBy = async (search: string) => (await console.api.post("/api/v1/access-review/search", { search })).items;
const recordOf = async (assignment: string) => (await console.api.post("/api/v1/access-review/decisions/search", { assignment })).items;

async function choose(page: Page, login: string, chosen: string): Promise<void> {
  await page.getByRole("checkbox", { name: `Choose what ${login}@example.com holds` }).first().focus();
  await page.keyboard.press("Space");
  await page.getByText(`${chosen} chosen`).waitFor();
}

async function say(page: Page, verb: string, reason: string): Promise<void> {
  await page.getByRole("button", { name: verb, exact: true }).first().click();
  await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").fill(reason);
  await page.getByRole("button", { name: verb, exact: true }).last().click();
}

describe("an access review", () => {
  it("certifies what was seen, on record, until it changes", async () => {
    const page = await console.page("/access-review#search=joan");
    await settled(page);
    await page.getByText("Never reviewed").first().waitFor();
    await choose(page, "joan", "1 assignment");
    await say(page, "Certify", "still covers");
    await page.getByText("1 assignment was certified").waitFor();
    await page.getByText("still covers").waitFor();
    await page.getByText(/1 certified, 0 revoked/).waitFor();
    const [entry] = await heldBy("joan");
    expect(entry.review).toMatchObject({ decision: "certified", holds: true, reason: "still covers", by: { login: "grace@example.com" } });
    expect(entry.reason).toBe("Covers for Tony");

    // A reason that says so is no certificate, and the certificate is of what it was.
    const known = await console.api.get(`/api/v1/assignments/${entry.assignment}`);
    await console.api.put(`/api/v1/assignments/${entry.assignment}`, { ...known.document, reason: "Certified 2099-01-01 by ciso@example.com" }, known.revision);
    await page.reload();
    await page.getByText("Changed since", { exact: true }).waitFor();
    await page.getByText("given for: Certified 2099-01-01").waitFor();
    await check(page);
    await page.close();
  });

  it("revokes several by one request with a reason, which is taken back, and shows both on the assignment's page", async () => {
    const page = await console.page("/access-review");
    await settled(page);
    await page.getByRole("searchbox").fill("example.com");
    await choose(page, "hedy", "1 assignment");
    await choose(page, "tim", "2 assignments");
    const asked: string[] = [];
    page.on("request", (request) => request.method() !== "GET" && asked.push(new URL(request.url()).pathname));
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("2 people or programs lose").waitFor();
    await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").fill("no longer in sales");
    await page.getByRole("button", { name: "Revoke", exact: true }).last().click();
    await page.getByText("2 assignments were revoked").waitFor();
    expect(asked.filter((path) => path === "/api/v1/access-review/decide")).toHaveLength(1);
    const of = async (login: string) => (await heldBy(login)).find((entry: { review?: { decision: string } }) => entry.review?.decision === "revoked");
    const gone = await of("tim");
    expect(gone).toMatchObject({ state: "over", reason: "Audit of the public folder", review: { holds: true, reason: "no longer in sales" } });
    const [record] = await recordOf(gone.assignment);
    expect(record).toMatchObject({ decision: "revoked", held: { role: gone.role } });
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => [(await of("tim")).state, (await of("hedy")).state]).toEqual(["in_force", "in_force"]);
    expect((await of("tim")).until).toBe(record.held.until);
    await page.close();

    const detail = await console.page(`/assignments/${gone.assignment}`);
    await detail.getByText("no longer in sales").waitFor();
    await detail.close();
  });

  it("takes nothing back that was changed since, and says so", async () => {
    const page = await console.page("/access-review#search=hedy");
    await settled(page);
    const [entry] = await heldBy("hedy");
    const path = `/api/v1/assignments/${entry.assignment}`;
    await choose(page, "hedy", "1 assignment");
    await say(page, "Revoke", "left the team");
    await page.getByText("1 assignment was revoked").waitFor();
    const { document, revision } = await console.api.get(path);
    const until = "2099-01-01T00:00:00Z";
    await console.api.put(path, { ...document, until }, revision);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("It was changed since, and is left as it is").waitFor();
    expect(await page.getByText("Taken back").count()).toBe(0);
    expect((await console.api.get(path)).document.until).toBe(until);
    await page.close();
  });

  it("says that everybody of a group loses it, also where one of them alone is listed", async () => {
    const { items } = await console.api.post("/api/v1/access-review/search", { type: "user" });
    const through = items.find(({ group, holder }: { group?: string; holder: { login?: string } }) => group && holder.login);
    const page = await console.page(`/access-review#type=user&search=${encodeURIComponent(through.holder.login)}`);
    await settled(page);
    const row = page.getByRole("row").filter({ hasText: `through group ${through.group}` }).first();
    await row.getByRole("checkbox").focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("At least").waitFor();
    await page.getByText("A whole group among them").waitFor();
    await page.close();
  });

  it("forgets what was chosen where it changed before anything was pressed", async () => {
    const page = await console.page("/access-review#search=joan");
    await settled(page);
    await choose(page, "joan", "1 assignment");
    const [entry] = await heldBy("joan");
    const known = await console.api.get(`/api/v1/assignments/${entry.assignment}`);
    await console.api.put(`/api/v1/assignments/${entry.assignment}`, { ...known.document, reason: "Given anew" }, known.revision);
    // The list is read anew: by its filter, and back.
    await page.getByRole("searchbox").fill("joan@");
    await page.getByText("given for: Given anew").waitFor();
    await page.getByText("Nothing is chosen").waitFor();
    await page.close();
  });

  it("decides nothing about what changed meanwhile, and says of which", async () => {
    const page = await console.page("/access-review#search=alan");
    await settled(page);
    await choose(page, "alan", "1 assignment");
    const [entry] = await heldBy("alan");
    const known = await console.api.get(`/api/v1/assignments/${entry.assignment}`);
    await page.getByRole("button", { name: "Certify", exact: true }).click();
    await console.api.put(`/api/v1/assignments/${entry.assignment}`, { ...known.document, reason: "Something else" }, known.revision);
    await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("textbox").fill("as ever");
    await page.getByRole("button", { name: "Certify", exact: true }).last().click();
    await page.getByText("1 was not decided").waitFor();
    await page.getByText(/It changed since you read it/).waitFor();
    await page.getByText("Nothing is chosen").waitFor();
    expect(await recordOf(entry.assignment)).toEqual([]);
    await check(page);
    await page.close();
  });

  it("finds what is to be reviewed, and shows the record", async () => {
    const page = await console.page("/access-review#search=joan&show=reviewed");
    await page.getByText("Nothing fits").waitFor();
    await page.goto(`${console.url}/console/access-review#search=joan&show=changed`);
    await page.reload();
    await page.getByText("Changed since", { exact: true }).waitFor();
    await page.goto(`${console.url}/console/access-review/record`);
    await page.getByText("still covers").waitFor();
    await page.getByRole("searchbox").fill("sales");
    await page.getByText("no longer in sales").first().waitFor();
    await check(page);
    await page.close();
  });

  it("says that nobody holds what is looked for", async () => {
    const page = await console.page("/access-review#search=nobody-at-all");
    await page.getByText("Nothing fits").waitFor();
    await check(page);
    await page.close();
  });
});
