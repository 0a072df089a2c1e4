import { afterEach, describe, expect, it } from "vitest";
import { type CasemateError, Credential, Remote, type RemoteOptions } from "../../src/index.js";
import { TestClock, advanceUntil, until } from "./clock.js";
import { FakeServer, OWN_SCHEMA, item } from "./fake.js";

const READ = { name: "notes.read" };
const WRITE = { name: "notes.write" };

const open: Remote[] = [];
afterEach(() => {
  for (const remote of open.splice(0)) remote.close();
});

async function place(options: Partial<RemoteOptions> = {}, prepare: (server: FakeServer) => void = () => undefined) {
  const server = new FakeServer();
  server.put("ada", item("ada", [READ]));
  server.put("bob", item("bob", [READ, WRITE]));
  prepare(server);
  const clock = new TestClock();
  const failures: CasemateError[] = [];
  const remote = await Remote.connect({
    url: "https://casemate.invalid",
    credential: "own-credential",
    fetch: server.fetch,
    clock,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  open.push(remote);
  await until(() => remote.isFollowing || server.streamMode.is !== "good", "the stream does not begin");
  const identify = (token: string) => remote.identify(Credential.bearer(token));
  const code = (work: Promise<unknown>) => work.then(() => "none", (error: CasemateError) => error.code);
  return { server, clock, remote, identify, failures, code };
}

const affected = (revision: number, subject: string) => ({
  revision, schemas: false, affected: [{ tenant: "default", provider: "corp", type: "user", subject }],
});

describe("a remote client", () => {
  it("asks for nobody again who is known", async () => {
    const { server, identify } = await place();
    for (let round = 0; round < 3; round += 1) {
      const ada = await identify("ada");
      expect([ada.can("notes.read"), ada.can("notes.write")]).toEqual([true, false]);
    }
    expect(server.resolved.map(({ body }) => body)).toEqual([{ items: [{ token: "ada" }] }]);
    expect(server.resolved[0]?.headers.get("authorization")).toBe("Bearer own-credential");
  });

  it("asks for those of one moment together, each once, and for more than a hundred in several requests", async () => {
    const { server, identify } = await place();
    const both = await Promise.all(Array.from({ length: 40 }, (_, number) => identify(number % 2 === 0 ? "ada" : "bob")));
    both.forEach((caller, number) => expect(caller.can("notes.write")).toBe(number % 2 === 1));
    expect(server.resolved.map(({ body }) => body.items?.length)).toEqual([2]);
    const tokens = Array.from({ length: 250 }, (_, number) => `token-${number}`);
    for (const token of tokens) server.put(token, item(token, [READ]));
    const callers = await Promise.all(tokens.map(identify));
    expect(callers.map(({ identity }) => identity.id)).toEqual(tokens);
    const sizes = server.resolved.slice(1).map(({ body }) => body.items?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(250);
  });

  it("keeps no refusal, and sends nothing that is no token", async () => {
    const { server, identify, code } = await place();
    expect(await code(identify("eve"))).toBe("credential_rejected");
    expect(await code(identify("eve"))).toBe("credential_rejected");
    expect(server.resolved).toHaveLength(2);
    for (const token of ["e v e", "", "é"]) expect(() => Credential.bearer(token)).toThrow(/credential/);
    server.put("eve", item("eve", [READ]));
    expect((await identify("eve")).can("notes.read")).toBe(true);
  });

  it("asks again for whom a change may mean, and for nobody else", async () => {
    const { server, remote, identify } = await place();
    expect((await identify("bob")).can("notes.write")).toBe(true);
    await identify("ada");
    const revision = server.put("bob", item("bob", [READ]));
    server.tell("change", affected(revision, "bob"));
    await until(() => remote.revision === revision);
    expect((await identify("bob")).can("notes.write")).toBe(false);
    await identify("ada");
    expect(server.resolved).toHaveLength(3);
    expect(server.resolved[2]?.body.items?.[0]).toMatchObject({ token: "bob", if_none_match: expect.stringContaining("bob-") as string });
    expect(server.resolved[2]?.headers.get("casemate-at-least")).toBe(String(revision));
    server.tell("change", { revision: revision + 1, schemas: false, everybody: true });
    server.revision = revision + 1;
    await until(() => remote.revision === revision + 1);
    expect((await identify("ada")).can("notes.read")).toBe(true);
    expect(server.resolved).toHaveLength(4);
  });

  it("goes by what it holds until the lease ends, and then lets nobody in", async () => {
    const { server, clock, remote, identify, code } = await place();
    const before = await identify("ada");
    server.streamMode = { is: "status", status: 503 };
    server.mode = { is: "status", status: 503 };
    server.tear();
    clock.advance(29_000);
    expect((await identify("ada")).can("notes.read")).toBe(true);
    clock.set(clock.now() - 3_600_000);
    clock.advance(1_001);
    expect(remote.isFollowing).toBe(false);
    expect(await code(identify("ada"))).toBe("unavailable");
    expect(await code(remote.identify(Credential.ANONYMOUS))).toBe("unavailable");
    expect(before.can("notes.read")).toBe(true);
    server.streamMode = { is: "good" };
    server.mode = { is: "good" };
    await advanceUntil(clock, () => remote.isFollowing);
    expect((await identify("ada")).can("notes.read")).toBe(true);
  });

  it("leaves a server alone that does not answer, and one that answers nonsense", async () => {
    for (const mode of [{ is: "status", status: 503 }, { is: "body", text: "<html>" }, { is: "body", text: '{"items":[]}' }] as const) {
      const { server, clock, identify, code } = await place();
      server.mode = mode;
      for (let number = 0; number < 5; number += 1) expect(await code(identify(`token-${number}`))).toBe("unavailable");
      expect(server.resolved).toHaveLength(5);
      for (let number = 0; number < 5; number += 1) expect(await code(identify(`token-${number}`))).toBe("unavailable");
      expect(server.resolved, JSON.stringify(mode)).toHaveLength(5);
      clock.advance(200);
      expect(await code(identify("ada"))).toBe("unavailable");
      expect(server.resolved, "one tries").toHaveLength(6);
      server.mode = { is: "good" };
      clock.advance(400);
      expect((await identify("ada")).can("notes.read")).toBe(true);
    }
  });

  it("does not wait for a server that says nothing, and asks in the time of the next request", async () => {
    const { server, identify, code } = await place({ timeout: 50 });
    server.mode = { is: "silent" };
    expect(await code(identify("ada"))).toBe("unavailable");
    server.mode = { is: "good" };
    expect((await identify("ada")).can("notes.read")).toBe(true);
  });

  it("asks alone for whoever did not fit, and refuses only whom it cannot read", async () => {
    const { server, identify, code } = await place();
    server.crowded = "ada";
    server.put("eve", { ...item("eve", []), permissions: 7 });
    server.put("may", item("may", [{ name: "notes..read" }]));
    const asked = await Promise.all(["ada", "bob", "eve", "may"].map((token) => code(identify(token))));
    expect(asked).toEqual(["none", "none", "unavailable", "permissions_failed"]);
    // One of them twice; in how many requests the four came is a matter of time.
    const asks = server.resolved.map(({ body }) => body.items?.length ?? 0);
    expect(asks.at(-1)).toBe(1);
    expect(asks.reduce((all, some) => all + some, 0)).toBe(5);
  });

  it("asks in halves where an answer about several is too long", async () => {
    const { server, identify, code } = await place({ maxAnswer: 20_000 });
    server.put("big", item("big", Array.from({ length: 300 }, (_, number) => ({ name: `notes.n${number}` }))));
    const asked = await Promise.all(["ada", "bob", "big"].map((token) => code(identify(token))));
    expect(asked).toEqual(["none", "none", "unavailable"]);
  });

  it("asks anew for everybody where it does not know since when it is told, and for nobody where it does", async () => {
    const { server, clock, remote, identify } = await place();
    await identify("ada");
    server.revision += 1;
    server.tear();
    await advanceUntil(clock, () => server.streams === 1);
    await until(() => remote.revision === server.revision);
    await identify("ada");
    expect(server.resolved, "anything may have been changed").toHaveLength(2);
    server.ready = { lease_seconds: 30, since: server.revision };
    server.revision += 1;
    server.tear();
    await advanceUntil(clock, () => server.streams === 1);
    await until(() => remote.revision === server.revision);
    await identify("ada");
    expect(server.resolved, "all changes since were told").toHaveLength(2);
    expect(server.of("/changes").at(-1)?.headers.get("last-event-id")).toBe(String(server.revision - 1));
  });

  it("leaves a server that is behind, and goes back with one that says so", async () => {
    const { server, clock, remote, identify } = await place({}, (fake) => {
      fake.readyId = "a-3";
    });
    await identify("bob");
    const revision = server.put("bob", item("bob", [READ]));
    server.tell("change", affected(revision, "bob"), `a-${revision}`);
    await until(() => remote.revision === revision);
    expect((await identify("bob")).can("notes.write")).toBe(false);
    // A replica that is behind tells of less: it is left.
    const streams = server.of("/changes").length;
    server.tell("alive", { revision: revision - 1 }, `a-${revision - 1}`);
    await until(() => server.streams === 0);
    expect(remote.revision).toBe(revision);
    await advanceUntil(clock, () => server.of("/changes").length > streams);
    await until(() => server.streams === 1);
    // A backup was restored: revisions begin anew.
    server.put("bob", item("bob", [READ, WRITE]));
    server.revision = 2;
    server.tell("change", { revision: 2, schemas: true, everybody: true }, "b-2");
    await until(() => remote.revision === 2);
    expect((await identify("bob")).can("notes.write")).toBe(true);
  });

  it("compiles what is held by new schemas before it counts", async () => {
    const { server, remote, identify } = await place();
    expect((await identify("ada")).can({ action: { name: "notes.read" } })).toBe(true);
    const notes = { format: 1, application: { id: "notes", namespaces: ["notes"] }, permission: [{ name: "notes.write" }] };
    server.put("ada", item("ada", [{ name: "notes.read", own: true }]));
    server.schemas = [OWN_SCHEMA, { application: "notes", schema: notes }];
    server.tell("change", { revision: server.revision, schemas: true, everybody: true });
    await until(() => remote.revision === server.revision);
    // What no schema declares is an error of the permission.
    expect((await identify("ada")).can("notes.read")).toBe(false);
    expect(await remote.schemas()).toContain('"notes"');
  });

  it("answers about its application's names alone", async () => {
    const notes = { format: 1, application: { id: "notes", namespaces: ["notes"] }, permission: [{ name: "notes.*" }] };
    const { identify } = await place({}, (server) => {
      server.schemas = [{ application: "notes", schema: notes }];
      server.put("all", item("all", [{ name: "*" }]));
    });
    const all = await identify("all");
    expect(all.can("notes.read")).toBe(true);
    expect(() => all.check("shop.order")).toThrow(expect.objectContaining({ code: "outside_application" }) as Error);
    expect(all.can("casemate.role.update")).toBe(false);
  });

  it("ends with what was presented", async () => {
    const { server, clock, identify, code } = await place();
    const ends = new Date(clock.now() + 5_000).toISOString();
    server.put("may", item("may", [READ], { valid_until: ends }));
    const may = await identify("may");
    expect(may.validUntil?.toISOString()).toBe(ends);
    clock.advance(5_000);
    expect(() => may.check("notes.read")).toThrow(expect.objectContaining({ code: "credential_rejected" }) as Error);
    server.items.delete("may");
    expect(await code(identify("may"))).toBe("credential_rejected");
  });

  it("uses for one request what is good for no longer", async () => {
    const { server, clock, identify } = await place();
    // A provider whose word is not relied on: as the server answers, it ends.
    server.put("may", item("may", [READ], { valid_until: new Date(clock.now()).toISOString() }));
    const may = await identify("may");
    expect([may.can("notes.read"), (await identify("may")).can("notes.read")]).toEqual([true, true]);
    expect(server.resolved, "each request asks").toHaveLength(2);
    clock.advance(30_000);
    expect(() => may.check("notes.read")).toThrow(expect.objectContaining({ code: "credential_rejected" }) as Error);
  });

  it("decides with what the server wrote, not with what JavaScript makes of it", async () => {
    const server = new FakeServer();
    const properties = { exact: { type: "int", when: "resource.level == value" } };
    const application = { id: "notes", namespaces: ["notes"] };
    const schema = { format: 1, application, attributes: { level: { type: "int" } }, permission: [{ name: "notes.read", properties }] };
    server.schemas = [OWN_SCHEMA, { application: "notes", schema }];
    server.put("raw", item("raw", [{ name: "notes.read", exact: 0 }]));
    // 2⁵³ + 1 is no number of JavaScript's.
    const written: typeof fetch = async (input, init) => {
      const answer = await server.fetch(input, init);
      if (!String(input).endsWith("/resolve")) return answer;
      return new Response((await answer.text()).replace('"exact":0', '"exact":9007199254740993'), answer);
    };
    const remote = await Remote.connect({ url: "https://casemate.invalid", credential: "x", fetch: written, clock: new TestClock() });
    open.push(remote);
    const raw = await remote.identify(Credential.bearer("raw"));
    const on = (level: bigint) => ({ action: { name: "notes.read" as const }, resource: { type: "note", properties: { level } } });
    expect([raw.can(on(9007199254740993n)), raw.can(on(9007199254740992n))]).toEqual([true, false]);
  });

  it("speaks only HTTPS, but to this machine", async () => {
    const connect = (url: string, more: Partial<RemoteOptions> = {}) =>
      Remote.connect({ url, credential: "x", fetch: new FakeServer().fetch, clock: new TestClock(), ...more });
    await expect(connect("http://casemate.example.org")).rejects.toThrow(/https/);
    for (const remote of [await connect("http://127.0.0.1:7654"), await connect("http://10.0.0.1", { allowPlainHttp: true })]) remote.close();
  });

  it("ends following as it is closed", async () => {
    const { server, remote } = await place();
    remote.close();
    await until(() => server.streams === 0);
  });
});
