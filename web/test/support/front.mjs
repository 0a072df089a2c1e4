// Stands in front of a server that does not serve the console yet: what `casemate serve` does at /console/, with the same
// policy; everything else is forwarded.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm" };

/** The policy that the console is served with. */
export function policy(nonce) {
  return `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-${nonce}'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
}

async function serve(path, response) {
  const name = normalize(path.slice("/console/".length));
  if (name !== "" && name !== "." && !name.startsWith("..") && extname(name) !== "") {
    const bytes = await readFile(join(DIST, name)).catch(() => undefined);
    if (!bytes) return response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    return response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream", "x-content-type-options": "nosniff", "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache" }).end(bytes);
  }
  const nonce = randomBytes(16).toString("base64");
  const page = await readFile(join(DIST, "index.html"), "utf8");
  return response
    .writeHead(200, { "content-type": TYPES[".html"], "content-security-policy": policy(nonce), "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "DENY" })
    .end(page.replaceAll("__NONCE__", nonce));
}

/** Listens on a port, and forwards what is none of the console to `target()`. Gives its address and how to stop it. */
export async function startFront(port, target) {
  const server = createServer((incoming, response) => {
    const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
    if (path === "/" || path === "/console") return response.writeHead(303, { location: "/console/" }).end();
    if (path.startsWith("/console/")) return void serve(path, response).catch(() => response.destroy());
    const onward = request(new URL(incoming.url ?? "/", target()), { method: incoming.method, headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      // What breaks off behind breaks off in front.
      answer.on("close", () => answer.complete || response.destroy());
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    return incoming.pipe(onward);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
