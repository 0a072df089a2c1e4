import { spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const VECTOR = fileURLToPath(new URL("../../../crates/audit/tests/data/verdict.json", import.meta.url));
/** The tests' own supervisor: ends the browser and removes the folder when the pipe to it closes, however that comes. */
const SUPERVISOR = fileURLToPath(new URL("../../../crates/test-support/src/supervise.sh", import.meta.url));
/** Milliseconds that the browser may take: less than the test may, which would end without cleaning up. */
const DEADLINE = 25_000;
const TYPES: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm" };

const PAGE = `<!doctype html><script type="importmap">{"imports":{"@casemate/sdk":"/dist/index.js","@casemate/sdk/audit":"/dist/audit.js"}}</script>
<script type="module">
  try {
    const { Engine } = await import("@casemate/sdk");
    const set = (await Engine.load()).catalog().compile([{ name: "a.*" }]);
    const question = { subject: { type: "user", id: "ada" }, action: { name: "a.b" } };
    const decided = set.checkMany([question, { ...question, action: { name: "b" } }]);
    const { verifyEvent } = await import("@casemate/sdk/audit");
    const { proof, event, key, other_key } = await (await fetch("/vector")).json();
    const verdicts = [await verifyEvent({ proof, event, key }), await verifyEvent({ proof, event, key: other_key })];
    await fetch("/done", { method: "POST", body: JSON.stringify([...decided, ...verdicts]) });
  } catch (error) {
    await fetch("/done", { method: "POST", body: String(error) });
  }
</script>`;

it("decides and proves in a real browser, under a policy that allows no text as code", async () => {
  let tell: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (request.method === "POST") {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        response.end();
        tell(text);
      });
      return;
    }
    if (path === "/") {
      const scripts = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'";
      const policy = `default-src 'none'; connect-src 'self'; ${scripts}`;
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(PAGE);
      return;
    }
    if (path === "/vector") {
      readFile(VECTOR).then((bytes) => response.end(bytes), () => response.writeHead(404).end());
      return;
    }
    readFile(join(PACKAGE, new URL(path, "http://localhost").pathname)).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "casemate-browser-"));
  const quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn("sh", [SUPERVISOR, folder, "TERM", "100", "chromium", ...quiet, `--user-data-dir=${folder}`, url], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, TMPDIR: folder, HOME: folder },
  });
  const ended = new Promise<void>((resolve) => browser.once("exit", () => resolve()));
  const deadline = setTimeout(async () => {
    tell(`no answer of the browser:\n${await readFile(join(folder, "log"), "utf8").catch(String)}`);
  }, DEADLINE);
  try {
    const text = await answer;
    expect(text).toMatch(/^\[/);
    expect(JSON.parse(text)).toMatchObject([
      { effect: "allowed", reason: "permission_allows" },
      { effect: "denied", reason: "no_permission" },
      { verdict: "proved" },
      { verdict: "not proved" },
    ]);
  } finally {
    clearTimeout(deadline);
    browser.stdin.end();
    await ended;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
