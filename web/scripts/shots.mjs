// Pictures of pages, to be looked at: `npm run shots -- /users "/users#active=no"` writes web/shots/NAME-{light,dark}-{1440,390}.png.
// A step may follow a page: "/users;click:New user;press:Control+k". `--whole` draws pages as long as they are, `--empty` a server without data.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const pages = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isWhole = process.argv.includes("--whole");
const only = process.argv.find((word) => word.startsWith("--only="))?.slice(7);
const FOLDER = fileURLToPath(new URL("../shots/", import.meta.url));
await mkdir(FOLDER, { recursive: true });

// The harness is TypeScript: Vite reads it.
const vite = await createServer({ root: fileURLToPath(new URL("../", import.meta.url)), server: { middlewareMode: true, ws: false, hmr: false }, appType: "custom", logLevel: "error" });
const { startConsole, settled } = await vite.ssrLoadModule("/test/support/console.ts");
const console_ = await startConsole({ empty: process.argv.includes("--empty") });

/** The ids that stand for names, so that a page can be named before it is made: `/users/{users.ada}`. */
const filled = (text) => text.replace(/\{([\w.-]+)\}/g, (_, path) => path.split(".").reduce((value, name) => value?.[name], console_.seeded) ?? path);

try {
  for (const asked of pages) {
    const [path, ...steps] = asked.split(";");
    for (const theme of ["light", "dark"]) {
      for (const [width, height] of [[1440, 900], [390, 844]]) {
        const name = `${asked.replace(/[^\w.-]+/g, "-").replace(/^-|-$/g, "") || "home"}-${theme}-${width}`;
        if (only && !name.endsWith(only)) continue;
        const page = await console_.page(filled(path), { theme, width, height });
        page.on("console", (message) => message.type() === "error" && console.error(message.text()));
        await settled(page);
        for (const step of steps) {
          const [verb, what = ""] = step.split(/:(.*)/s);
          if (verb === "click") await page.getByRole("button", { name: what }).or(page.getByRole("tab", { name: what })).or(page.getByRole("menuitem", { name: what })).or(page.getByRole("link", { name: what })).first().click();
          else if (verb === "press") await page.keyboard.press(what);
          else if (verb === "type") await page.keyboard.type(filled(what));
          else throw new Error(`no such step: ${verb}`);
          await page.waitForLoadState("networkidle");
          await settled(page);
        }
        await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: isWhole });
        console.log(`shots/${name}.png`);
        await page.close();
      }
    }
  }
} finally {
  await console_.stop();
  await vite.close();
}
