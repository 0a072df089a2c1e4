// How quick the console is, in Chromium over the real binary (CASEMATE_BINARY: an optimised build) with 100,000 users in a new folder:
// how soon pages can be used, and what a list does that is gone through to its end.
// `npm run build`, then `npm run bench [-- --rows=100000 --times=9 --only=pages|table]`.
import { loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import { chromium } from "playwright-core";
import { ADMINISTRATOR, becomeAdministrator, caller } from "../test/support/administrator.mjs";
import { startServer } from "../test/support/server.mjs";
import { seed } from "./seed.mjs";

const said = (name, otherwise) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const ROWS = Number(said("rows", "100000"));
const TIMES = Number(said("times", "9"));
const ONLY = said("only", "");
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/** Where a list is measured. */
const MARKS = [1_000, 10_000, 100_000].filter((mark) => mark < ROWS).concat(ROWS);

/** Brings users in as an identity provider does: by SCIM, a thousand a request. */
async function provision(server, api) {
  const account = await api.post("/api/v1/service-accounts", { name: "provisioner" });
  await api.post("/api/v1/roles", { name: "provisioner", permissions: [{ name: "casemate.scim.provision" }] });
  await api.post("/api/v1/assignments", { role: "provisioner", to: { provider: "casemate", type: "service", login: "provisioner" } });
  await api.post("/api/v1/providers", { name: "directory", issuer: "https://directory.example", audiences: ["casemate"], scim: { account: "provisioner" } });
  const { key } = await api.post(`/api/v1/service-accounts/${account.id}/api-keys`, { title: "sync", expires_at: new Date(Date.now() + 86_400_000).toISOString() });
  const sync = caller(server.behind, { credential: key });
  for (let from = 0; from < ROWS; from += 1_000) {
    const Operations = Array.from({ length: Math.min(1_000, ROWS - from) }, (_, index) => {
      const name = `user${String(from + index).padStart(6, "0")}`;
      return { method: "POST", path: "/Users", bulkId: name, data: { schemas: [USER], userName: `${name}@directory.example`, externalId: name, name: { givenName: "User", familyName: String(from + index) }, active: true } };
    });
    const answer = await sync.post("/scim/v2/Bulk", { schemas: [BULK], Operations });
    const failed = answer.Operations.find((one) => one.status !== "201");
    if (failed) throw new Error(`a user was not made: ${JSON.stringify(failed)}`);
  }
}

async function signedIn(browser, url, cookie) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name: "__Host-casemate", value: cookie, domain: new URL(url).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" }]);
  return context;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** From going to a page until its heading and data are there, nothing is being read, and a key that is pressed is answered. */
async function usable(context, url) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.isUsable = new Promise((resolve) => {
      const look = () => {
        const main = document.querySelector("main");
        const isThere = main?.querySelector("h1") && !document.querySelector('[aria-busy="true"], [class*="skeleton"]') && main.querySelectorAll("a, input, button").length > 3;
        if (!isThere) return requestAnimationFrame(look);
        // An event that the page hears has its turn when nothing else holds the page.
        return setTimeout(() => requestAnimationFrame(() => resolve(performance.now())));
      };
      addEventListener("DOMContentLoaded", look);
    });
  });
  await page.goto(url, { waitUntil: "commit" });
  const never = setTimeout(() => void page.innerText("body").then((text) => console.error(`${url} is not usable after 20 s: ${text.slice(0, 300)}`), () => undefined).then(() => page.close()), 20_000);
  const ms = await page.evaluate(() => globalThis.isUsable);
  clearTimeout(never);
  await page.close();
  return ms;
}

async function pages(browser, server, cookie, made) {
  console.log(`\nuntil usable, in ms: median of ${TIMES} (worst)\n  page         cold         warm`);
  for (const [name, path] of [["home", "/"], ["events", "/audit/events"], ["users", "/users"], ["role editor", `/roles/${made.roles["order-clerk"]}/edit`]]) {
    const url = `${server.url}/console${path}`;
    const [cold, warm] = [[], []];
    for (let time = 0; time < TIMES; time += 1) {
      const context = await signedIn(browser, server.url, cookie);
      cold.push(await usable(context, url));
      warm.push(await usable(context, url));
      await context.close();
    }
    const shown = (values) => `${Math.round(median(values))} (${Math.round(Math.max(...values))})`.padEnd(12);
    console.log(`  ${name.padEnd(12)} ${shown(cold)} ${shown(warm)}`);
  }
}

/** How often the wheel is turned, and how many pixels each time. */
const TURNS = 200;
const TURN = 1_500;

/** The list in a page of its own, and what says how it fared since it was last asked. */
async function list(context, url) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("HeapProfiler.enable");
  const start = performance.now();
  await page.goto(`${url}/console/users#sort=login`);
  await page.locator('[role="grid"] [data-index]').first().waitFor();
  const shown = performance.now() - start;
  await page.evaluate(() => {
    globalThis.seen = { slow: 0, frames: 0, longest: 0 };
    let before = performance.now();
    const frame = (now) => {
      globalThis.seen.frames += 1;
      if (now - before > 50) globalThis.seen.slow += 1;
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => list.getEntries().forEach((task) => (globalThis.seen.longest = Math.max(globalThis.seen.longest, task.duration)))).observe({ type: "longtask" });
  });
  const report = async (what) => {
    const { slow, frames, longest } = await page.evaluate(() => {
      const { seen } = globalThis;
      globalThis.seen = { slow: 0, frames: 0, longest: 0 };
      return seen;
    });
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    console.log(`  ${what.padEnd(30)} ${`${slow} of ${frames}`.padEnd(18)} ${`${Math.round(longest)} ms`.padEnd(13)} ${String(nodes).padEnd(10)} ${`${(usedSize / 1e6).toFixed(1)} MB`.padEnd(9)} ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await page.evaluate(() => (globalThis.seen = { slow: 0, frames: 0, longest: 0 }));
  };
  const wheel = async (pixels) => {
    await page.mouse.move(700, 500);
    for (let turn = 0; turn < TURNS; turn += 1) await page.mouse.wheel(0, pixels);
  };
  return { page, shown, report, wheel };
}

async function table(browser, server, cookie) {
  const context = await signedIn(browser, server.url, cookie);
  const { page, shown, report, wheel } = await list(context, server.url);
  const rows = () => page.evaluate(() => Number(/^\d+/.exec(document.querySelector('[role="status"]')?.textContent ?? "")?.[0] ?? 0));
  console.log(`\n${ROWS} users, rows are shown after ${Math.round(shown)} ms`);
  console.log("  gone through                   frames over 50 ms  longest task  DOM nodes  memory    so far");
  await page.locator('[role="grid"] [data-index]').first().focus();
  for (const mark of MARKS) {
    while ((await rows()) < mark) {
      await page.keyboard.press("End");
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    await page.keyboard.press("End");
    await report(`End to ${mark}`);
  }
  await wheel(-TURN);
  await report(`wheel up from row ${ROWS}`);
  await page.keyboard.press("Home");
  await page.locator('[data-index="0"]').waitFor();
  await report("Home");
  await wheel(TURN);
  await report(`wheel down, ${ROWS} read`);
  await page.close();
  const anew = await list(context, server.url);
  await anew.wheel(TURN);
  await anew.report("wheel down, first rows read");
  await context.close();
  const [one, five, fifteen] = loadavg().map((load) => load.toFixed(1));
  console.log(`  load of the machine in the last 1, 5 and 15 minutes: ${one}, ${five}, ${fifteen}`);
}

const server = await startServer();
let browser;
try {
  const cookie = await becomeAdministrator(server);
  const api = caller(server.url, { cookie });
  const made = await seed(api, { url: server.url, administrator: ADMINISTRATOR.login, password: ADMINISTRATOR.password });
  const start = performance.now();
  await provision(server, api);
  console.log(`${ROWS} users brought in, in ${Math.round((performance.now() - start) / 1000)} s`);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  if (ONLY !== "table") await pages(browser, server, cookie, made);
  if (ONLY !== "pages") await table(browser, server, cookie);
} finally {
  await browser?.close();
  await server.stop();
}
