import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import express from "express";
import { type Caller, type CasemateError, ClientError, Credential, Remote } from "../../src/index.js";
import { expressGuards } from "../../src/express.js";
import { until } from "./clock.js";
import { BOUND, NARROW, NOTES, type Place, SERVICE, begin, wayTo } from "./place.js";

let place: Place;
const open: Remote[] = [];
beforeAll(async () => {
  place = await begin();
});
afterAll(async () => {
  for (const remote of open) remote.close();
  await place.server.stop();
});

async function connect(credential = SERVICE, more: Partial<Parameters<typeof Remote.connect>[0]> = {}): Promise<Remote> {
  const remote = await Remote.connect({ url: place.server.url, credential, ...more });
  open.push(remote);
  return remote;
}

const code = (work: Promise<unknown>) => work.then(() => "none", (error: CasemateError) => error.code);

/** Somebody with roles, whom a remote knows of. */
async function somebody(remote: Remote, name: string, ...roles: string[]) {
  const account = await place.account(name);
  const assignments = [];
  for (const role of roles) assignments.push(await place.assign(role, name));
  await remote.atLeast(Math.max(0, ...assignments.map(({ revision }) => revision)));
  return { ...account, assignments, identify: () => remote.identify(Credential.bearer(account.key)) };
}

describe("a remote client of a real server", () => {
  it("decides as the server does", async () => {
    const remote = await connect();
    const decided = async (token: string, name: string, resource: object | undefined) => {
      const question = { subject: { token }, action: { name }, ...(resource === undefined ? {} : { resource }) };
      const headers = { authorization: `Bearer ${SERVICE}`, "content-type": "application/json" };
      const answer = await fetch(`${place.server.url}/api/v1/check`, { method: "POST", headers, body: JSON.stringify(question) });
      const { decision, reason_code: reason } = (await answer.json()) as Record<string, string>;
      return { effect: decision, reason };
    };
    const compared: Record<string, number> = {};
    for (const [name, roles] of [["a", ["author"]], ["r", ["reader"]], ["b", ["author", "reader"]], ["s", ["author", "suspended"]]] as const) {
      const one = await somebody(remote, name, ...roles);
      const caller = await one.identify();
      expect(caller.identity.type).toBe("api-key");
      expect(caller.credential).toBe(one.keyId);
      for (const action of ["notes.read", "notes.write", "notes.share", "shop.order", "casemate.role.update", "other.x"] as const) {
        const resources = [["a", "public"], ["b", "private"], ["s", "public"]].map(([author, folder]) => ({
          type: "note", id: "7", properties: { author, folder, buyer: author },
        }));
        for (const resource of [...resources, undefined]) {
          const { effect, reason } = caller.check({ action: { name: action }, ...(resource === undefined ? {} : { resource }) });
          expect({ effect, reason }, `${name} ${action}`).toEqual(await decided(one.key, action, resource));
          compared[effect] = (compared[effect] ?? 0) + 1;
        }
      }
    }
    for (const effect of ["allowed", "denied", "conditional"]) expect(compared[effect]).toBeGreaterThanOrEqual(5);
    const anonymous = await remote.identify(Credential.ANONYMOUS);
    expect(anonymous.isAnonymous).toBe(true);
    expect(() => anonymous.requireOnSome("notes.read")).not.toThrow();
    expect(() => anonymous.require("notes.read")).toThrow(expect.objectContaining({ reason: "depends_on_resource" }) as Error);
    expect(anonymous.sql("notes.read", "sqlite")).toMatchObject({ effect: "conditional", parameters: ["public"] });
    expect(anonymous.filter("notes.read").filter).toMatchObject({ format: 1 });
    expect(anonymous.explain("notes.write").decision).toBe("denied");
    expect(anonymous.permissions("notes.read")).toEqual([{ name: "notes.read", folders: ["public"] }]);
  });

  it("is told of what is taken from somebody, and asks for nobody else", async () => {
    const paths: string[] = [];
    const watched: typeof fetch = (input, init) => {
      paths.push(new URL(String(input)).pathname);
      return fetch(input, init);
    };
    const remote = await connect(SERVICE, { fetch: watched });
    const ada = await somebody(remote, "told-ada", "reader");
    const bob = await somebody(remote, "told-bob", "reader");
    const may = (caller: Caller) => caller.can({ action: { name: "notes.read" }, resource: { type: "note", id: "7", properties: { folder: "public" } } });
    expect([may(await ada.identify()), may(await bob.identify())]).toEqual([true, true]);
    await until(() => remote.isFollowing);
    const { revision } = await place.change("DELETE", `/api/v1/assignments/${ada.assignments[0]?.id}`);
    // Nobody says that it is at least so: it is told.
    await until(() => remote.revision >= revision, "the change is not told");
    const before = paths.filter((path) => path.endsWith("/resolve")).length;
    expect([may(await ada.identify()), may(await ada.identify())]).toEqual([false, false]);
    expect(paths.filter((path) => path.endsWith("/resolve"))).toHaveLength(before + 1);
    const revoked = await place.change("POST", `/api/v1/api-keys/${bob.keyId}/revoke`);
    await remote.atLeast(revoked.revision);
    expect(await code(bob.identify())).toBe("credential_rejected");
    expect(await code(remote.identify(Credential.bearer("casemate_dev_guessed")))).toBe("credential_rejected");
    expect(await code(remote.atLeast(1_000_000))).toBe("revision_not_reached");
  });

  it("is told after a connection that broke of what came meanwhile", async () => {
    const way = await wayTo(place.server.url);
    try {
      const last: (string | null)[] = [];
      const watched: typeof fetch = (input, init) => {
        if (String(input).endsWith("/changes")) last.push(new Headers(init?.headers).get("last-event-id"));
        return fetch(input, init);
      };
      const remote = await connect(SERVICE, { url: way.url, fetch: watched, breaker: { longest: 500 } });
      const ada = await somebody(remote, "cut-ada", "reader");
      await until(() => remote.isFollowing);
      expect((await ada.identify()).permissions("notes.read")).toHaveLength(1);
      way.cut();
      const { revision } = await place.change("DELETE", `/api/v1/assignments/${ada.assignments[0]?.id}`);
      // Within the lease it goes by what it was told.
      expect((await ada.identify()).permissions("notes.read")).toHaveLength(1);
      way.mend();
      await until(() => remote.revision >= revision, "the change is not told");
      expect((await ada.identify()).permissions("notes.read")).toHaveLength(0);
      expect(last[0]).toBeNull();
      expect(last.at(-1)).toMatch(/\d+$/);
    } finally {
      way.close();
    }
  });

  it("takes a schema's change before it decides by it", async () => {
    const remote = await connect();
    const ada = await somebody(remote, "schema-ada", "author");
    const note = { action: { name: "notes.write" as const }, resource: { type: "note", id: "7", properties: { author: "a", folder: "x" } } };
    expect((await ada.identify()).can(note)).toBe(true);
    const { revision } = remote;
    writeFileSync(join(place.server.policy, "notes.toml"), NOTES.replace("resource.author == 'a'", "resource.author == 'z'"));
    await until(() => remote.revision > revision, "the edit is not told");
    expect((await ada.identify()).can(note)).toBe(false);
    writeFileSync(join(place.server.policy, "notes.toml"), NOTES);
    const edited = remote.revision;
    await until(() => remote.revision > edited, "the edit is not told");
    expect((await ada.identify()).can(note)).toBe(true);
  });

  it("of an application answers about its names alone, and connects only with the right to read", async () => {
    const remote = await connect(BOUND);
    const ada = await somebody(remote, "bound-ada", "author");
    const caller = await ada.identify();
    expect(() => caller.check("shop.order")).toThrow(expect.objectContaining({ code: "outside_application" }) as Error);
    expect(caller.can("casemate.role.update")).toBe(false);
    expect(() => caller.requireOnSome("notes.write")).not.toThrow();
    const refused: unknown = await connect(ada.key).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ClientError);
    expect(refused).toMatchObject({ code: "refused", status: 403, problem: "forbidden" });
  });

  it("guards the routes of a server", async () => {
    const remote = await connect();
    const ada = await somebody(remote, "guard-ada", "author");
    const { hasPermission, getIdentity } = expressGuards((request) => remote.identify(Credential.of(request)));
    const application = express();
    const wants = { resource: { type: "note", id: "7", properties: { author: "a", folder: "private" } } };
    application.get("/note", hasPermission("notes.read", wants), async (request, response) => {
      response.send((await getIdentity(request)).type);
    });
    const listening = createServer(application).listen(0, "127.0.0.1");
    await new Promise((resolve) => listening.once("listening", resolve));
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/note`;
    const get = async (authorization?: string) => {
      const answer = await fetch(url, { headers: authorization === undefined ? {} : { authorization } });
      const said = answer.ok ? await answer.text() : ((await answer.json()) as { code: string }).code;
      return [answer.status, said, answer.headers.get("www-authenticate")];
    };
    expect(await get(`Bearer ${ada.key}`)).toEqual([200, "api-key", null]);
    expect(await get(`Bearer ${SERVICE}`)).toEqual([403, "forbidden", null]);
    expect(await get()).toEqual([401, "credential_missing", "Bearer"]);
    expect(await get("Bearer guessed")).toEqual([401, "credential_rejected", 'Bearer error="invalid_token"']);
    expect(await get("Basic abc")).toEqual([401, "credential_rejected", 'Bearer error="invalid_token"']);
    listening.close();
  });
});

describe("what applications record", () => {
  it("stands in the trail with who did it, and one that is wrong fails by itself", async () => {
    const asked: string[] = [];
    const watched: typeof fetch = (input, init) => {
      if (String(input).endsWith("/record")) asked.push(String(init?.body));
      return fetch(input, init);
    };
    const remote = await connect(BOUND, { fetch: watched });
    const ada = await somebody(remote, "audit-ada");
    const caller = await ada.identify();
    const good = (number: number) =>
      remote.audit.record({ action: "notes.note.publish", outcome: "success", subject: caller, resource: { type: "note", id: String(number) }, details: { number } });
    const work = [
      ...Array.from({ length: 120 }, (_, number) => good(number)),
      remote.audit.record({ action: "shop.sell", outcome: "success" }),
      remote.audit.record({ action: "notes.note.publish", outcome: "denied", subject: { token: "guessed" } }),
    ];
    const ended = await Promise.all(work.map((one) => one.then(() => undefined, (error: ClientError) => error)));
    expect(ended.slice(0, 120).every((error) => error === undefined)).toBe(true);
    expect(ended[120]).toMatchObject({ code: "refused", problem: "invalid_document", status: 422 });
    expect(ended[121]?.message).toContain("/subject/token");
    const events = await place.trail("notes.note.publish");
    expect(events).toHaveLength(120);
    expect(events[0]).toMatchObject({ kind: "recorded", actor: { provider: "api-key", id: ada.keyId }, resource: { type: "note", id: "0" } });
    expect(events.map(({ after }) => (after as { details: { number: number } }).details.number)).toEqual(Array.from({ length: 120 }, (_, number) => number));
    expect(asked.length, "a hundred, the rest, and the rest without what was wrong").toBeLessThanOrEqual(4);
  });

  it("is recorded once, however often the answer is lost", async () => {
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).endsWith("/record") || lost === 2) return answer;
      lost += 1;
      throw new Error("the connection broke");
    };
    const remote = await connect(SERVICE, { fetch: losing });
    await remote.audit.record({ action: "notes.note.once", outcome: "success" });
    expect(lost).toBe(2);
    const events = await place.trail("notes.note.once");
    expect(events.map(({ actor }) => (actor as { id: string }).id)).toEqual(["service"]);
  });

  it("waits for the next flush where it is not on record, and says what was refused", async () => {
    const way = await wayTo(place.server.url);
    try {
      const remote = await connect(SERVICE, { url: way.url });
      const batch = remote.audit.batch(3);
      const event = (id: string, action = "notes.note.gather") => ({ action, outcome: "success" as const, resource: { type: "note", id } });
      batch.add(event("1"));
      batch.add(event("2"));
      batch.add(event("3", "casemate.role.update"));
      expect(() => batch.add(event("4"))).toThrow(expect.objectContaining({ code: "overloaded" }) as Error);
      way.cut();
      await expect(batch.flush()).rejects.toMatchObject({ code: "not_recorded", left: 3, refused: [] });
      expect(batch.size).toBe(3);
      way.mend();
      await expect(batch.flush()).rejects.toMatchObject({ left: 0, refused: [{ event: { resource: { id: "3" } }, error: { status: 422 } }] });
      expect(batch.size).toBe(0);
      await batch.flush();
      const events = await place.trail("notes.note.gather");
      expect(events.map(({ resource }) => (resource as { id: string }).id)).toEqual(["1", "2"]);
    } finally {
      way.close();
    }
  });

  it("tells of what goes on without authorization, before it does", async () => {
    const remote = await connect();
    const nobody = await remote.withoutAuthorization(" drafts are deleted at night ");
    expect([nobody.reason, nobody.can()]).toEqual(["drafts are deleted at night", true]);
    const events = await place.trail("casemate.authorization.suspend");
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ reason: nobody.reason, outcome: "success", kind: "recorded", actor: { id: "service" } });
    for (const reason of ["", "  ", "a\nb", "x".repeat(513)]) expect(await code(remote.withoutAuthorization(reason))).toBe("no_reason");
    // Who may not record does not go on.
    const narrow = await connect(NARROW);
    expect(await code(narrow.withoutAuthorization("why"))).toBe("not_audited");
    expect(await place.trail("casemate.authorization.suspend")).toHaveLength(1);
  });
});
