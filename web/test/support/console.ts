// The console over a real server, in a real browser: what tests of an area begin with.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import { expect } from "vitest";
import { seed } from "../../scripts/seed.mjs";
import { ADMINISTRATOR, becomeAdministrator, caller, signIn } from "./administrator.mjs";
import { kept } from "./seeded";
import { startServer } from "./server.mjs";
import { answerLate } from "./shift";

export { ADMINISTRATOR };

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Look {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  /** What the API answers comes some frames later, as from a server that is far away. */
  late?: boolean;
  /** The browser of somebody else. */
  context?: BrowserContext;
}

/** What went wrong in a page since it was opened. */
const wrongs = new WeakMap<Page, string[]>();

/** The browser of this process: files of tests follow each other in it, each with contexts of its own. */
let shared: Promise<Browser> | undefined;

function browserOfProcess(): Promise<Browser> {
  // Pages of one context in one process compile the console's scripts once.
  shared ??= chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--process-per-site"] });
  return shared;
}

/** A server, somebody who administers it, and what it was filled with. */
async function startFilled(empty: boolean, more: string[]) {
  const before = empty ? undefined : await kept();
  const server = await startServer({ from: before?.data ?? "", arguments: more });
  try {
    const cookie = before?.cookie ?? (await becomeAdministrator(server));
    const api = caller(server.url, { cookie });
    if (empty) return { server, api };
    return { server, api, seeded: before?.seeded ?? (await seed(api, { url: server.url, administrator: ADMINISTRATOR.login, password: ADMINISTRATOR.password })) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const PASSWORD = "violet-anchor-rainfall-3";

function cookieFor(url: string, value: string) {
  return { name: "__Host-casemate", value, domain: new URL(url).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" as const };
}

/** A context in which the administrator is signed in. */
async function signedInto(browser: Browser, url: string): Promise<BrowserContext> {
  const agent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/${browser.version().split(".")[0]}.0.0.0 Safari/537.36`;
  const [cookie, context] = await Promise.all([signIn(url, ADMINISTRATOR.login, ADMINISTRATOR.password, agent), browser.newContext({ locale: "en-GB", timezoneId: "UTC" })]);
  await context.addCookies([cookieFor(url, cookie)]);
  // For as long as it is open, the process is.
  await (await context.newPage()).goto(`${url}/console/theme.js`);
  return context;
}

/** A server with data, and a browser in which an administrator is signed in. */
export async function startConsole({ empty = false, arguments: more = [] }: { /** Without data. */ empty?: boolean; /** What the server is told besides. */ arguments?: string[] } = {}) {
  const [{ server, api, seeded }, browser] = await Promise.all([startFilled(empty, more), browserOfProcess()]);
  /** Of this console alone: another one may be in the same browser. */
  const contexts: BrowserContext[] = [];
  const stop = async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await server.stop();
  };
  try {
    const signedIn = await signedInto(browser, server.url);
    contexts.push(signedIn);
    return {
      url: server.url,
      api,
      /** The ids of what was made, by name. */
      seeded: seeded as NonNullable<typeof seeded>,
      browser,
      server,
      /** A page of the console, as the administrator sees it. */
      page: (path: string, look: Look = {}) => openPage(look.context ?? signedIn, server.url, path, look),
      /** The browser of a user of Casemate's own accounts, who gets a password by an invitation. */
      somebody: async (id: string): Promise<BrowserContext> => {
        const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC" });
        contexts.push(context);
        const [{ link }, { login }] = (await Promise.all([api.post(`/api/v1/users/${id}/invitations`), api.get(`/api/v1/users/${id}`)])) as [{ link: string }, { login: string }];
        const page = await context.newPage();
        await page.goto(link.replace(/^https?:\/\/[^/]+/, server.url));
        for (const field of await page.locator('input[type="password"]').all()) await field.fill(PASSWORD);
        await page.locator("main button").last().click();
        await page.waitForLoadState();
        await page.close();
        await context.addCookies([cookieFor(server.url, await signIn(server.url, login, PASSWORD))]);
        return context;
      },
      /** A browser in which nobody is signed in. */
      stranger: async (path: string, look: Look = {}) => {
        const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC" });
        contexts.push(context);
        return openPage(context, server.url, path, look);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Signs somebody in by the server's own pages. */
export async function signInWith(page: Page, url: string, { login, password }: { login: string; password: string }): Promise<void> {
  if (!page.url().includes("/sign-in")) await page.goto(`${url}/sign-in`);
  if (!page.url().includes("/sign-in/casemate")) await page.click('.choice[href*="/sign-in/casemate"]');
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.click("button.primary");
  await page.waitForURL((now) => !now.pathname.startsWith("/sign-in/casemate"));
}

async function openPage(context: BrowserContext, url: string, path: string, { theme = "light", width = 1440, height = 900, late = false }: Look): Promise<Page> {
  const page = await context.newPage();
  const wrong: string[] = [];
  wrongs.set(page, wrong);
  page.on("console", (message) => {
    // That the API refused something is an answer, which pages show.
    if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning" || message.text().startsWith("policy violation")) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.log(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
  });
  if (late) await answerLate(page);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(path.startsWith("/sign-in") ? url + path : `${url}/console${path}`);
  return page;
}

/** Nothing is being read, and nothing moves. */
function isSettled(): boolean {
  return document.querySelector('[aria-busy="true"], [class*="skeleton"]') === null && document.getAnimations().every((animation) => animation.playState !== "running");
}

/** Why it is not. */
function unsettled(): string {
  const busy = [...document.querySelectorAll('[aria-busy="true"], [class*="skeleton"]')].map((element) => element.outerHTML.slice(0, 160));
  const moving = document.getAnimations().filter((animation) => animation.playState === "running").map((animation) => (animation.effect as KeyframeEffect).target?.outerHTML.slice(0, 160));
  return [...busy, ...moving, document.body.innerText.slice(0, 300)].join("\n");
}

/** Waits until what the page reads has been read: no skeleton, nothing busy. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector("main h1, main h2");
  await page.waitForFunction(isSettled, undefined, { timeout: 15_000 }).catch(async () => {
    throw new Error(`the page does not settle: ${await page.evaluate(unsettled)}`);
  });
}

/** What depends on the theme, of all that axe looks at. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

async function violations(page: Page, theme: "light" | "dark", rules?: string[]): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await settled(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async (only) => {
    const axe = (window as unknown as { axe: { run: (where: Document, how: object) => Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] }> } }).axe;
    return (await axe.run(document, { resultTypes: ["violations"], ...(only ? { runOnly: { type: "rule", values: only } } : {}) })).violations;
  }, rules);
  return found.map((one) => `${theme}: ${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.html.slice(0, 200)}\n  ${node.failureSummary ?? ""}`).join("\n")}`);
}

/**
 * What every page keeps: no violation that axe finds, in light and dark; no error in the console; nothing that the policy
 * refused; no sideways scroll at 390 pixels.
 */
export async function check(page: Page): Promise<void> {
  await settled(page);
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  expect([...(await violations(page, "light")), ...(await violations(page, "dark", OF_COLOURS))]).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  expect(await sideways(page), "the page scrolls sideways at 390 pixels").toEqual([]);
  await page.setViewportSize(size);
  expect(wrongs.get(page) ?? []).toEqual([]);
}

/** What reaches beyond the right edge, where the page scrolls sideways for it. */
export async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    // What stands over the page scrolls by itself.
    const over = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].filter((dialog) => dialog.getBoundingClientRect().right > width);
    if (document.documentElement.scrollWidth <= width) return over.map((dialog) => `${dialog.tagName} ${dialog.className} ${Math.round(dialog.getBoundingClientRect().right)}`);
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 8)
      .map((element) => `${element.tagName} ${element.className} ${Math.round(element.getBoundingClientRect().right)}`);
  });
}
