import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { graphql } from "graphql";
import { renderToString } from "react-dom/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Engine, type PermissionSet } from "../src/index.js";
import { NOTES, SERVICE, begin } from "./remote/place.js";
import { type Server, start } from "./server.js";

const ROOT = new URL("../../../", import.meta.url).pathname;

let server: Server;
let ada: PermissionSet;
beforeAll(async () => {
  server = await start();
  const engine = await Engine.load();
  const notes = readFileSync(`${ROOT}examples/policy/notes.toml`, "utf8");
  ada = engine.catalog([notes]).compile([{ name: "notes.read" }, { name: "notes.write", own: true }]);
});
afterAll(() => server.stop());

it("shows the engine", async () => {
  const { decision, filter, why } = await import("./.made/engine.js");
  expect(decision).toMatchObject({ effect: "denied", reason: "conditions_not_met" });
  expect(filter).toEqual({
    format: 1,
    op: "and",
    args: [
      { op: "exists", attribute: "author" },
      { op: "eq", attribute: "author", value: "ada" },
    ],
  });
  expect(why).toMatch(/^`notes.write` is denied: one permission matches it, whose conditions are not met/);
});

it("shows proofs of the audit log", async () => {
  const { check } = await import("./.made/audit.js");
  const { key, proof, event, consistency, older } = JSON.parse(
    readFileSync(`${ROOT}crates/audit/tests/data/verdict.json`, "utf8"),
  ) as { key: string; proof: { id: number; checkpoint: string }; event: object; consistency: object; older: string };
  const answers: Record<string, object> = {
    [`/api/v1/audit-events/${proof.id}/proof`]: proof,
    [`/api/v1/audit-events/${proof.id}`]: event,
    "/api/v1/audit-log/consistency?from=16&to=41": consistency,
  };
  const get = (path: string) => Promise.resolve(Response.json(answers[path]));
  const proved = { verdict: "proved" };
  expect(await check(get, proof.id, key)).toMatchObject([proved]);
  expect(await check(get, proof.id, key, older)).toMatchObject([proved, proved]);
  expect(await check(get, proof.id, key, proof.checkpoint)).toMatchObject([proved, proved]);
});

it("shows the client", async () => {
  process.env["CASEMATE_URL"] = server.url;
  process.env["CASEMATE_CREDENTIAL"] = server.credential;
  const { mayWrite } = await import("./.made/client.js");
  expect(await mayWrite("ada", "ada")).toBe(true);
  expect(await mayWrite("ada", "bob")).toBe(false);
});

it("shows who calls, and what whoever uses a page holds", async () => {
  const place = await begin();
  process.env["CASEMATE_URL"] = place.server.url;
  process.env["CASEMATE_CREDENTIAL"] = SERVICE;
  const { key, keyId } = await place.account("ada");
  const { revision } = await place.assign("author", "ada");
  const { deleteNote, permissions } = await import("./.made/remote.js");
  try {
    await permissions.atLeast(revision);
    const request = { headers: new Headers({ authorization: `Bearer ${key}` }) };
    await deleteNote(request, { id: "7", author: "a" });
    await expect(deleteNote(request, { id: "8", author: "bob" })).rejects.toMatchObject({ code: "forbidden" });
    const events = await place.trail("notes.note.delete");
    expect(events).toMatchObject([{ actor: { id: keyId }, resource: { type: "note", id: "7" } }]);

    const { App, signedIn } = await import("./.made/own.js");
    const own = await signedIn(place.server.url, () => Promise.resolve(key), [NOTES]);
    expect(own.decider?.identity.id).toBe(keyId);
    expect(renderToString(<App own={own}>page</App>)).toBe("page");
    own.close();
  } finally {
    permissions.close();
    await place.server.stop();
  }
});

it("shows the guards of Express", async () => {
  const { application } = await import("./.made/express.js");
  const app = application(
    () => "ada",
    () => Promise.resolve(ada),
  );
  const listening = app.listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => listening.once("listening", resolve));
    const base = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    expect(await (await fetch(`${base}/notes`)).text()).toBe("notes for ada");
    expect((await fetch(`${base}/notes/ada/1`, { method: "PUT" })).status).toBe(200);
    expect((await fetch(`${base}/notes/bob/2`, { method: "PUT" })).status).toBe(403);
  } finally {
    await new Promise((resolve) => listening.close(resolve));
  }
});

it("shows the guards of resolvers", async () => {
  const { resolvers } = await import("./.made/graphql.js");
  const catalog = (await Engine.load()).catalog();
  const permissions = catalog.compile([{ name: "pb.page.*" }]);
  const context = { user: "ada", permissions };
  expect(await resolvers.Query.pages({}, {}, context, undefined as never)).toEqual(["welcome"]);
  expect(await resolvers.Query.mine({}, {}, context, undefined as never)).toEqual([{ name: "pb.page.*" }]);
  const nobody = { user: "bob", permissions: catalog.compile([]) };
  await expect(resolvers.Query.pages({}, {}, nobody, undefined as never)).rejects.toThrow("You may not do this");
});

it("shows what a schema says", async () => {
  const { schema } = await import("./.made/directive.js");
  const catalog = (await Engine.load()).catalog();
  const rootValue = { pages: [{ title: "Welcome" }], health: "good" };
  const ask = async (...names: string[]) => {
    const contextValue = { user: "ada", permissions: catalog.compile(names.map((name) => ({ name }))) };
    const { data, errors } = await graphql({ schema, source: "{ health pages { title } }", rootValue, contextValue });
    return errors?.map(({ extensions }) => extensions["permission"]) ?? JSON.stringify(data);
  };
  expect(await ask("pb.page.*")).toBe('{"health":"good","pages":[{"title":"Welcome"}]}');
  expect(await ask("pb.page.list")).toEqual(["pb.page.read"]);
  expect(await ask()).toEqual(["pb.page.list"]);
});

it("shows the page of React, with nothing that is not known to be allowed", async () => {
  const { Page } = await import("./.made/react.js");
  expect(renderToString(<Page decider={undefined} />)).toBe("<p>This is not for you</p>");
});
