import { ApolloServer } from "@apollo/server";
import express, { type Request } from "express";
import fastify from "fastify";
import { type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Client, Engine, type Identity, type PermissionSet } from "../src/index.js";
import { expressGuards, local, remote } from "../src/express.js";
import { fastifyGuards } from "../src/fastify.js";
import { graphqlGuards } from "../src/graphql.js";
import { type Server, start } from "./server.js";

const SCHEMA = `
format = 1
[application]
id = "pb"
namespaces = ["pb"]
[attributes]
owner = { type = "string" }
[[permission]]
name = "pb.page.*"
[permission.properties.own]
type = "bool"
when = "value == false || resource.owner == identity.id"
`;

let held: Record<string, PermissionSet>;
let server: Server;
beforeAll(async () => {
  const catalog = (await Engine.load()).catalog([SCHEMA]);
  held = {
    editor: catalog.compile([{ name: "pb.page.*", own: true }, { name: "pb.page.list" }]),
    nobody: catalog.compile([]),
  };
  server = await start();
});
afterAll(() => server.stop());

/** Whom a header names; of nobody, it cannot be found out. */
function identify(headers: Record<string, unknown>) {
  const name = headers["x-user"];
  if (typeof name !== "string") throw new Error("no session, secret detail");
  const identity: Identity = { type: "user", id: name };
  return local(identity, held[name] ?? held["nobody"]!);
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function status(url: string, user?: string) {
  const response = await fetch(url, user === undefined ? {} : { headers: { "x-user": user } });
  return { status: response.status, text: await response.text() };
}

/** What every guard must answer. */
async function expectGuarded(base: string) {
  expect(await status(`${base}/pages`, "editor")).toMatchObject({ status: 200, text: "pages of editor" });
  expect(await status(`${base}/pages`, "stranger")).toMatchObject({ status: 403 });
  const unknown = await status(`${base}/pages`);
  expect(unknown.status).toBe(503);
  expect(unknown.text).not.toContain("secret detail");
  expect(await status(`${base}/pages/editor`, "editor")).toMatchObject({ status: 200 });
  expect(await status(`${base}/pages/another`, "editor")).toMatchObject({ status: 403 });
  const failing = await status(`${base}/failing`, "editor");
  expect(failing.status).toBe(503);
  expect(failing.text).not.toContain("secret detail");
}

describe("guards", () => {
  it("of Express", async () => {
    const guards = expressGuards((request) => identify(request.headers));
    const app = express();
    app.get("/pages", guards.hasPermission("pb.page.list"), async (request, response) => {
      response.send(`pages of ${(await guards.getIdentity(request)).id}`);
    });
    const ownPage = guards.hasPermission("pb.page.write", (request: Request) => ({
      resource: { type: "page", id: "1", properties: { owner: request.params["owner"] } },
    }));
    app.get("/pages/:owner", ownPage, async (request, response) => {
      response.json(await guards.getPermission(request, "pb.page.write"));
    });
    const failing = guards.hasPermission("pb.page.list", () => Promise.reject(new Error("secret detail")));
    app.get("/failing", failing, (_, response) => void response.send("never"));
    const listening = app.listen(0, "127.0.0.1");
    closing.push(() => new Promise((resolve) => listening.close(resolve)));
    await new Promise((resolve) => listening.once("listening", resolve));
    const base = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    await expectGuarded(base);
    expect((await status(`${base}/pages/editor`, "editor")).text).toBe('{"name":"pb.page.*","own":true}');
  });

  it("of Express, by a real server", async () => {
    const client = new Client({ url: server.url, credential: server.credential });
    const guards = expressGuards((request) => remote({ type: "user", id: String(request.headers["x-user"]) }, client));
    const app = express();
    app.get("/notes/:author", guards.hasPermission("notes.write", (request: Request) => ({
      resource: { type: "note", id: "1", properties: { author: request.params["author"] } },
    })), (_, response) => void response.send("written"));
    app.get("/notes", guards.hasPermission("notes.read"), (_, response) => void response.send("read"));
    const listening = app.listen(0, "127.0.0.1");
    closing.push(() => new Promise((resolve) => listening.close(resolve)));
    await new Promise((resolve) => listening.once("listening", resolve));
    const base = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    expect(await status(`${base}/notes/ada`, "ada")).toMatchObject({ status: 200, text: "written" });
    expect(await status(`${base}/notes/bob`, "ada")).toMatchObject({ status: 403 });
    expect(await status(`${base}/notes`, "ada")).toMatchObject({ status: 200 });
    // Bob reads in some folders alone: without a resource that is no yes.
    expect(await status(`${base}/notes`, "bob")).toMatchObject({ status: 403 });
  });

  it("ask for the resource and the context alone", async () => {
    const more = { identity: { type: "user", id: "root" }, subject: { type: "user", id: "root" }, action: { name: "pb.page.list" } };
    const editor = local({ type: "user", id: "editor" }, held["editor"]!);
    expect((await editor.decide("pb.page.delete", more as never)).allowed).toBe(false);
    const asked: string[] = [];
    const client = new Client({
      url: "http://casemate.invalid",
      fetch: async (_, init) => {
        asked.push(String(init?.body));
        return Response.json({ decision: false });
      },
    });
    const note = { type: "note", id: "1" };
    await remote({ type: "user", id: "ada" }, client).decide("notes.write", { ...more, resource: note } as never);
    expect(asked.map((text) => JSON.parse(text) as unknown)).toEqual([
      { subject: { type: "user", id: "ada" }, action: { name: "notes.write" }, resource: note },
    ]);
  });

  it("ask no server about somebody else of the same id", () => {
    const client = new Client({ url: "http://casemate.invalid", tenant: "acme" });
    const ada: Identity = { type: "user", id: "ada" };
    for (const other of [{ ...ada, tenant: "globex" }, { ...ada, provider: "https://login.example.org" }]) {
      expect(() => remote(other, client)).toThrow(expect.objectContaining({ code: "identity_failed" }));
    }
    expect(() => remote({ ...ada, tenant: "acme" }, new Client({ url: "http://casemate.invalid" }))).toThrow("tenant");
    expect(remote({ ...ada, tenant: "acme" }, client).identity.id).toBe("ada");
    const subject = { type: "user", id: "ada@login.example.org" };
    expect(remote({ ...ada, provider: "https://login.example.org" }, client, subject).identity.id).toBe("ada");
  });

  it("of Fastify", async () => {
    const guards = fastifyGuards((request) => identify(request.headers));
    const app = fastify();
    closing.push(() => app.close());
    app.get("/pages", { preHandler: guards.hasPermission("pb.page.list") }, async (request) => {
      return `pages of ${(await guards.getIdentity(request)).id}`;
    });
    const ownPage = guards.hasPermission("pb.page.write", (request) => ({
      resource: { type: "page", id: "1", properties: { owner: (request.params as { owner: string }).owner } },
    }));
    app.get("/pages/:owner", { preHandler: ownPage }, async (request) => guards.getPermissions(request, "pb.page.write"));
    const failing = guards.hasPermission("pb.page.list", () => Promise.reject(new Error("secret detail")));
    app.get("/failing", { preHandler: failing }, async () => "never");
    const base = await app.listen({ port: 0, host: "127.0.0.1" });
    await expectGuarded(base);
  });

  it("of Apollo's resolvers", async () => {
    interface Context {
      headers: Record<string, string>;
    }
    const { hasPermission, getIdentity } = graphqlGuards<Context>((context) => identify(context.headers));
    const resolved: string[] = [];
    const apollo = new ApolloServer<Context>({
      typeDefs: "type Query { pages: String, page(owner: String!): String, open: String }",
      includeStacktraceInErrorResponses: false,
      resolvers: {
        Query: {
          pages: hasPermission("pb.page.list")(async (_source, _args, context: Context) => {
            resolved.push("pages");
            return `pages of ${(await getIdentity(context)).id}`;
          }),
          page: hasPermission("pb.page.write", (_source: unknown, args: { owner: string }) => ({
            resource: { type: "page", id: "1", properties: { owner: args.owner } },
          }))((_source, { owner }) => owner),
          open: () => "open",
        },
      },
    });
    closing.push(() => apollo.stop());
    const ask = async (query: string, headers: Record<string, string>) => {
      const { body } = await apollo.executeOperation({ query }, { contextValue: { headers } });
      if (body.kind !== "single") throw new Error("one answer was expected");
      return body.singleResult;
    };
    const editor = { "x-user": "editor" };
    const query = '{ pages open mine: page(owner: "editor") theirs: page(owner: "x") }';
    const answer = await ask(query, editor);
    expect(answer.data).toEqual({ pages: "pages of editor", open: "open", mine: "editor", theirs: null });
    expect(answer.errors).toMatchObject([{ path: ["theirs"], extensions: { code: "FORBIDDEN" } }]);
    resolved.length = 0;
    expect((await ask("{ pages }", { "x-user": "stranger" })).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    const unknown = await ask("{ pages open }", {});
    expect(unknown.data).toEqual({ pages: null, open: "open" });
    expect(unknown.errors).toMatchObject([{ extensions: { code: "UNAVAILABLE" } }]);
    expect(JSON.stringify(unknown)).not.toContain("secret detail");
    expect(resolved).toEqual([]);
  });

  it("find out once for each request who asks", async () => {
    let times = 0;
    const { hasPermission } = graphqlGuards<{ user: string }>((context) => {
      times += 1;
      return identify({ "x-user": context.user });
    });
    const resolver = hasPermission("pb.page.list")(() => "pages");
    const context = { user: "editor" };
    const ask = (of: { user: string }) => resolver(undefined, undefined, of, undefined as never);
    expect(await Promise.all([ask(context), ask(context), ask(context)])).toEqual(["pages", "pages", "pages"]);
    expect(times).toBe(1);
    // Another request of somebody else has nothing of the first.
    await expect(ask({ user: "stranger" })).rejects.toThrow("You may not do this");
    expect(times).toBe(2);
  });
});
