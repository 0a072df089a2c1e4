// Pictures of pages, to be looked at: `npm run shots -- /users "/users#active=no"` writes web/shots/NAME-{light,dark}-{1440,390}.png.
// NAME= may stand before a page, and steps after it, each behind a semicolon: "role=/roles/{roles.order-clerk};click:Edit;scroll".
//   click:NAME   a button, tab, entry of a menu, link, option or checkbox          type:TEXT       press:KEYS       hover:NAME
//   fill:LABEL=TEXT   choose:LABEL=OPTION   down:PIXELS (to the end where nothing is said)   wait:TEXT
//   refuse:PATTERN   from now on, what is written there is refused
//   fail:PATTERN, hang:PATTERN   the page once more, with requests whose address matches answered by an error, or never
// --whole draws pages as long as they are, --empty has a server without data, --rough one with long names and many rows, --as=LOGIN somebody else,
// --only=light-1440 (or another end, or several: light-1440,dark-390), --wide 1920 pixels too, --sheet all looks of a page in one picture, --to=FOLDER,
// --guide pictures of docs/guide/console, in the light theme at 1440 pixels with 256 colours: all of them, or those that are named.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { GUIDE } from "./guide.mjs";
import { withPalette } from "./palette.mjs";
import { seedRough } from "./seed-rough.mjs";

const words = process.argv.slice(2);
const pages = words.filter((word) => !word.startsWith("--"));
const has = (name) => words.includes(`--${name}`);
const said = (name) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const isGuide = has("guide");
if (isGuide) {
  const named = pages.splice(0);
  pages.push(...Object.entries(GUIDE).filter(([name]) => named.length === 0 || named.includes(name)).map(([name, page]) => `${name}=${page}`));
}
const only = isGuide ? ["light-1440"] : said("only")?.split(",");
const FOLDER = isGuide ? fileURLToPath(new URL("../../docs/guide/console/", import.meta.url)) : said("to") ? `${resolve(said("to"))}/` : fileURLToPath(new URL("../shots/", import.meta.url));
await mkdir(FOLDER, { recursive: true });

// The harness is TypeScript: Vite reads it.
const vite = await createServer({ root: fileURLToPath(new URL("../", import.meta.url)), server: { middlewareMode: true, ws: false, hmr: false }, appType: "custom", logLevel: "error" });
const { startConsole, settled, signInWith } = await vite.ssrLoadModule("/test/support/console.ts");
const console_ = await startConsole({ empty: has("empty") });

/** The ids that stand for names, so that a page can be named before it is made: `/users/{users.ada}`. */
const filled = (text) => text.replace(/\{([\w.-]+)\}/g, (_, path) => path.split(".").reduce((value, name) => value?.[name], console_.seeded) ?? path);

const PASSWORD = "violet-anchor-rainfall-3";
/** A browser in which somebody else is signed in. */
async function signedInAs(name) {
  const { link } = await console_.api.post(`/api/v1/users/${console_.seeded.users[name]}/invitations`);
  const context = await console_.browser.newContext({ locale: "en-GB", timezoneId: "UTC" });
  const setting = await context.newPage();
  await setting.goto(console_.url + new URL(link).pathname + new URL(link).search + new URL(link).hash);
  for (const field of await setting.locator('input[type="password"]').all()) await field.fill(PASSWORD);
  await setting.locator("main button").last().click();
  await setting.waitForLoadState();
  await setting.goto(`${console_.url}/sign-in`);
  await signInWith(setting, console_.url, { login: `${name}@example.com`, password: PASSWORD });
  return context;
}

const isThere = (page, what) => ["button", "tab", "menuitem", "link", "option", "menuitemradio", "checkbox", "switch", "radio"].map((role) => page.getByRole(role, { name: what })).reduce((all, one) => all.or(one)).first();

/** Does what a step says. */
async function act(page, step) {
  const [verb, what = ""] = step.split(/:(.*)/s);
  const [name, value = ""] = what.split(/=(.*)/s);
  if (verb === "click") await isThere(page, filled(what)).click();
  else if (verb === "hover") await isThere(page, filled(what)).hover();
  else if (verb === "press") await page.keyboard.press(what);
  else if (verb === "type") await page.keyboard.type(filled(what));
  else if (verb === "fill") await page.locator(':is([role="dialog"], [role="alertdialog"], body):not(:has([role="dialog"], [role="alertdialog"]))').last().getByLabel(name).and(page.locator('input, textarea')).first().fill(filled(value));
  else if (verb === "choose") {
    await page.getByRole("button", { name }).first().click();
    await page.getByRole("option", { name: value }).first().click();
  } else if (verb === "wait") await page.getByText(what).first().waitFor();
  else if (verb === "down") await page.evaluate((pixels) => [document.scrollingElement, ...document.querySelectorAll('[role="dialog"], [role="dialog"] *')].forEach((part) => part.scrollHeight > part.clientHeight && part.scrollBy({ top: pixels, behavior: "instant" })), Number(what) || 1e6);
  else if (verb === "refuse") await page.route(new RegExp(what), (route) => (route.request().method() === "GET" ? route.fallback() : route.fulfill({ status: 403, headers: { "x-request-id": "01a2b3c4-5d6e-7f80-91a2-b3c4d5e6f708" }, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", status: 403, code: "forbidden", title: "You may not do this", detail: "You hold no permission casemate.audit-sink.create that counts here." }) })));
  else if (verb === "fail" || verb === "hang") {
    await page.route(new RegExp(what), (route) => (verb === "fail" ? route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", status: 503, code: "unavailable", title: "The database does not answer", detail: "It did not answer within 5 seconds. Try again later." }) }) : undefined));
    await page.reload({ waitUntil: "domcontentloaded" });
  } else throw new Error(`no such step: ${verb}`);
  if (verb === "hang") return page.waitForSelector("main h1, main h2");
  await page.waitForLoadState("networkidle");
  return settled(page);
}

/** Several pictures in one: light above dark. */
async function sheet(name, pictures) {
  const page = await console_.browser.newPage({ viewport: { width: 1000, height: 600 } });
  const parts = await Promise.all(pictures.map(async ({ file, theme }) => ({ theme, source: `data:image/png;base64,${(await readFile(file)).toString("base64")}` })));
  const rows = ["light", "dark"].map((theme) => `<div>${parts.filter((part) => part.theme === theme).map(({ source }) => `<img src="${source}">`).join("")}</div>`);
  await page.setContent(`<style>body{margin:0;background:#888;width:max-content}div{display:flex;gap:12px;align-items:start;margin-bottom:12px}img{display:block}</style>${rows.join("")}`);
  await page.locator("body").screenshot({ path: `${FOLDER}${name}.png` });
  await page.close();
  for (const { file } of pictures) await rm(file);
  console.log(`${FOLDER}${name}.png`);
}

const SIZES = [[1440, 900], [390, 844], ...(has("wide") ? [[1920, 1080]] : [])];
let failed = false;
try {
  if (has("rough")) await seedRough(console_.api, console_.seeded);
  const as = said("as") ? await signedInAs(said("as")) : undefined;
  for (const asked of pages) {
    const [place, ...steps] = asked.split(";");
    const [, given, path] = /^([\w.-]+)=(\/.*)$/s.exec(place) ?? [undefined, undefined, place];
    const called = given ?? (asked.replace(/[^\w.-]+/g, "-").replace(/^-|-$/g, "").slice(0, 120) || "home");
    const pictures = [];
    for (const theme of ["light", "dark"]) {
      for (const [width, height] of SIZES) {
        const look = `${theme}-${width}`;
        if (only && !only.some((end) => look.endsWith(end))) continue;
        const page = await console_.page(filled(path), { theme, width, height, ...(as ? { context: as } : {}) });
        page.setDefaultTimeout(15_000);
        // As on a phone: what is touched is larger.
        if (width < 700) await (await page.context().newCDPSession(page)).send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 1 });
        page.on("console", (message) => message.type() === "error" && console.error(message.text()));
        try {
          await settled(page);
          for (const step of steps) await act(page, step);
        } catch (error) {
          failed = true;
          console.error(`${called} ${look}: ${String(error).slice(0, 600)}`);
        }
        const file = `${FOLDER}${called}${isGuide ? "" : `-${look}`}.png`;
        await page.waitForFunction(() => [...document.querySelectorAll("[data-code-pending]")].length === 0);
        // On a phone a dialog waits for the keyboard before it is shown.
        await page.waitForFunction(() => document.querySelector('[data-rac][style*="opacity: 0"], [data-rac][data-entering]') === null);
        const picture = await page.screenshot({ fullPage: has("whole") });
        await writeFile(file, isGuide ? withPalette(picture) : picture);
        if (has("sheet")) pictures.push({ file, theme });
        else console.log(file);
        await page.close();
      }
    }
    if (pictures.length > 0) await sheet(called, pictures);
  }
} finally {
  await console_.stop();
  await console_.browser.close();
  await vite.close();
}
process.exitCode = failed ? 1 : 0;
