import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy } from "./support/front.mjs";
import { startServer } from "./support/server.mjs";

/** Each part of it is said here anew, so that none goes by a change of one place alone. */
const EXPECTED =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-N'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

it("the policy that pages are tried under is that one", () => {
  expect(policy("N")).toBe(EXPECTED);
});

/** As it stands in the server's source: the text of its format, over several lines. */
it("the policy in the server's source is that one", async () => {
  const source = await readFile(new URL("../../crates/server/src/console/page.rs", import.meta.url), "utf8");
  const text = /fn policy\(nonce: &str\) -> String \{\s*format!\(\s*"([^"]*)"/.exec(source)?.[1];
  expect(text?.replace(/\\\n\s*/g, "").replace("{nonce}", "N")).toBe(EXPECTED);
});

describe.skipIf(process.env["CASEMATE_SERVES_CONSOLE"] !== "1")("the policy that the server sends", () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  it.each(["/console/", "/console/index.html", "/console/users/usr_1"])("is that one to the letter, with a nonce of its own, at %s", async (path) => {
    const read = async () => (await fetch(server.url + path)).headers.get("content-security-policy") ?? "";
    const [sent, again] = [await read(), await read()];
    const nonce = /'nonce-([A-Za-z0-9+/]{22}==)'/.exec(sent)?.[1] ?? "";
    expect(sent).toBe(policy(nonce));
    expect(again).not.toBe(sent);
  });
});
