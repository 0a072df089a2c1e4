import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Credential } from "../../src/index.js";
import { Breaker, backoff, breakerSettings } from "../../src/remote/breaker.js";
import { Callers, type Entry, keyOf } from "../../src/remote/cache.js";
import { rawEntries, rawMembers } from "../../src/remote/raw.js";
import { mayMean, readChange } from "../../src/remote/selector.js";
import { EventParser } from "../../src/remote/sse.js";
import { type Known, Unreadable, readItem, readResolved } from "../../src/remote/wire.js";
import { item } from "./fake.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("server-sent events", () => {
  it("are read as the specification says, in whatever pieces they come", () => {
    const text = '\u{feff}: hello\n\nevent: change\nid: 7\ndata: {"ä":1}\n\ndata:x\r\ndata: y\r\n\r\nevent: none\n\ndata\r\rdata: unfinished\n';
    const expected = [
      { kind: "change", id: "7", data: '{"ä":1}' },
      { kind: "", id: "", data: "x\ny" },
      { kind: "", id: "", data: "" },
    ];
    const whole = bytes(text);
    for (let size = 1; size <= whole.length; size += 1) {
      const parser = new EventParser();
      const found = [];
      for (let at = 0; at < whole.length; at += size) found.push(...parser.push(whole.slice(at, at + size)));
      expect(found).toEqual(expected);
    }
  });

  it("are refused where one is too long or no text", () => {
    expect(() => new EventParser().push(bytes(`data: ${"x".repeat((4 << 20) + 1)}`))).toThrow(/longer/);
    const parser = new EventParser();
    const line = bytes(`data: ${"x".repeat(1_000)}\n`);
    expect(() => {
      for (let count = 0; count < 10_000; count += 1) parser.push(line);
    }).toThrow(/longer/);
    expect(() => new EventParser().push(new Uint8Array([0x64, 0xff, 0x0a]))).toThrow();
  });
});

describe("texts of parts of JSON", () => {
  it("are what was written", () => {
    const members = rawMembers(' {"a" : 1.0, "b\\"": [ {"x":",]}"} , 2e0 ], "c":{} , "d":"\\\\" } ');
    expect([...members]).toEqual([["a", "1.0"], ['b"', '[ {"x":",]}"} , 2e0 ]'], ["c", "{}"], ["d", '"\\\\"']]);
    expect(rawEntries(members.get('b"')!)).toEqual(['{"x":",]}"}', "2e0"]);
    expect(rawEntries("[]")).toEqual([]);
    for (const none of ["", "7", "[]", '{"a":1,}', '{"a":1,"a":2}', '{"a":1} {"b":2}']) expect(() => rawMembers(none), none).toThrow(SyntaxError);
    for (const none of ["{}", "[1,]", "[1] [2]", "null"]) expect(() => rawEntries(none), none).toThrow(SyntaxError);
  });
});

describe("a breaker", () => {
  it("opens after failures in a row and lets one probe through", () => {
    const breaker = new Breaker(breakerSettings({ failures: 3, shortest: 1_000, longest: 8_000 }));
    for (let round = 0; round < 10; round += 1) {
      breaker.failed(0, 0);
      breaker.failed(0, 0);
      breaker.answered();
    }
    for (let round = 0; round < 3; round += 1) {
      expect(breaker.admits(0)).toBe(true);
      breaker.failed(0, 0);
    }
    expect([breaker.admits(0), breaker.admits(999), breaker.admits(1_000), breaker.admits(1_000)]).toEqual([false, false, true, false]);
    breaker.failed(1_000, 0);
    expect([breaker.admits(2_999), breaker.admits(3_000)]).toEqual([false, true]);
    // Of the probe nothing is heard.
    expect([breaker.admits(10_999), breaker.admits(11_000)]).toEqual([false, true]);
    breaker.unread(11_000, 0);
    expect([breaker.admits(14_999), breaker.admits(19_000)], "what cannot be read is no answer to a probe").toEqual([false, true]);
    breaker.answered();
    expect([breaker.admits(11_000), breaker.admits(11_000)]).toEqual([true, true]);
  });

  it("waits longer each time, within bounds", () => {
    const settings = breakerSettings({});
    for (let round = 0; round < 40; round += 1) {
      for (const chance of [0, 0.5, 1]) {
        const wait = backoff(settings, round, chance);
        expect(wait).toBeGreaterThanOrEqual(100);
        expect(wait).toBeLessThanOrEqual(10_000);
      }
    }
    expect(() => breakerSettings({ failures: 0 })).toThrow(RangeError);
  });
});

const entry = (id: string, permissions = "[]") =>
  ({ identity: { type: "user", id }, identityText: "{}", permissions, revision: 1, stale: false }) as unknown as Entry;

describe("who is known", () => {
  it("is known by a digest of what they presented, and by nothing where that was nothing", async () => {
    expect(await keyOf("abc")).toBe(createHash("sha256").update("abc").digest("hex"));
    expect(await keyOf(undefined)).not.toBe(await keyOf(""));
  });

  it("is bounded by number and bytes; whoever was not asked about for longest goes", () => {
    const callers = new Callers({ callers: 3 });
    for (const key of ["a", "b", "c"]) callers.put(key, entry(key));
    callers.get("a");
    callers.put("d", entry("d"));
    expect(["a", "b", "c", "d"].map((key) => callers.get(key) !== undefined)).toEqual([true, false, true, true]);
    const small = new Callers({ bytes: 100_000 });
    for (let number = 0; number < 100; number += 1) small.put(String(number), entry("x", "x".repeat(5_000)));
    expect(small.size).toBeGreaterThan(0);
    expect(small.size).toBeLessThanOrEqual(5);
    for (let number = 0; number < 100; number += 1) small.forget(String(number));
    for (let number = 0; number < 20; number += 1) small.put(String(number), entry("x"));
    expect(small.size, "what was forgotten counts no more").toBe(20);
  });
});

describe("a change", () => {
  const ada: Known = {
    identity: { type: "user", provider: "corp", id: "ada", login: "ada@x", tenant: "default", groups: ["staff"] },
    directoryId: "usr1",
    credential: "ses1",
  };
  const means = (selector: unknown, known: Known) =>
    mayMean(readChange(JSON.stringify({ revision: 2, schemas: false, affected: [selector] })), known);

  it("means whom its selectors name", () => {
    const corp = { tenant: "default", provider: "corp" };
    for (const [selector, isMeant] of [
      [{ identity: "usr1" }, true],
      [{ identity: "usr2" }, false],
      [{ ...corp, type: "user", subject: "ada" }, true],
      [{ ...corp, tenant: "other", type: "admin", subject: "ada" }, true],
      [{ provider: "else", type: "user", subject: "ada" }, false],
      [{ ...corp, type: "user", login: "ada@x" }, true],
      [{ ...corp, type: "user", login: "ada" }, false],
      [{ ...corp, group: "staff" }, true],
      [{ ...corp, group: "Staff" }, false],
      [{ credential: "ses1" }, true],
      [{ credential: "ses2" }, false],
      [{ ...corp, without_id: false }, true],
      [{ ...corp, without_id: true }, false],
      [{ provider: "else", without_id: false }, false],
      [corp, true],
      [{ moon: "full" }, true],
      [7, true],
    ] as const) {
      expect(means(selector, ada), JSON.stringify(selector)).toBe(isMeant);
    }
    expect(means({ ...corp, without_id: true }, { ...ada, directoryId: undefined })).toBe(true);
    expect(means({ identity: "acc1" }, { ...ada, identity: { ...ada.identity, type: "api-key" } })).toBe(true);
  });

  it("means everybody where it is not understood", () => {
    expect(readChange('{"revision":3,"schemas":true,"everybody":true}')).toEqual({ revision: 3, schemas: true, affected: "everybody" });
    expect(readChange('{"revision":3}')).toEqual({ revision: 3, schemas: true, affected: "everybody" });
    expect(readChange('{"revision":3,"affected":7}').affected).toBe("everybody");
    expect(mayMean(readChange('{"revision":3,"schemas":false,"affected":[]}'), ada)).toBe(false);
    for (const none of ["{}", "x", '{"revision":-1}', '{"revision":"3"}', '{"revision":9007199254740993}']) {
      expect(() => readChange(none), none).toThrow();
    }
  });
});

describe("what a server says of somebody", () => {
  it("is read strictly", () => {
    const good = item("ada", [{ name: "notes.read" }], { credential: "ses1" }, {
      id: "usr1", auth: { time: "2026-01-01T00:00:00Z", amr: [], acr: null }, actor: { provider: "corp", type: "service", id: "bot" },
    });
    const read = readItem(JSON.stringify(good));
    expect(read).toMatchObject({ is: "held", known: { directoryId: "usr1", credential: "ses1", identity: { id: "ada", provider: "corp" } } });
    if (read.is !== "held") throw new Error("it is held");
    expect(JSON.parse(read.identityText)).toMatchObject({ auth: { time: "2026-01-01T00:00:00Z" }, actor: { id: "bot" } });
    expect(read.identityText).not.toContain("amr");
    const { etag: _, ...without } = good;
    for (const bad of [
      without,
      { ...good, permissions: {} },
      { ...good, permissions: undefined },
      { ...good, identity: 7 },
      { ...good, valid_until: "tomorrow" },
      { ...good, valid_until: "2026-13-01T00:00:00Z" },
      item("ada", [], {}, { groups: [7] }),
      item("ada", [], {}, { claims: [] }),
      item("ada", [], {}, { tenant: null }),
      item("ada", [], {}, { type: 7 }),
      { problem: 7 },
    ]) {
      expect(() => readItem(JSON.stringify(bad)), JSON.stringify(bad)).toThrow(Unreadable);
    }
    expect(() => readResolved('{"revision":1,"items":[]}', 1)).toThrow(Unreadable);
    expect(() => readResolved('{"revision":-1,"items":[]}', 0)).toThrow(Unreadable);
    expect(readResolved(JSON.stringify({ revision: 1, items: [{ problem: { code: "x" } }, 7] }), 2).items[1]).toBeInstanceOf(Unreadable);
  });
});

describe("a credential", () => {
  it("is anonymous only where nothing was sent", () => {
    const read = (...values: string[]) => Credential.ofHeaders(values).token;
    expect(read()).toBeUndefined();
    for (const header of ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc "]) expect(read(header)).toBe("abc");
    const long = `Bearer ${"x".repeat(16 * 1024 + 1)}`;
    for (const header of ["", " ", "Bearer", "Bearer ", "Bearer a b", "Bearer é", "Basic abc", "abc", "Bearer a, Bearer b", long]) {
      expect(() => read(header), header.slice(0, 20)).toThrow(expect.objectContaining({ code: "credential_malformed", status: 401 }) as Error);
    }
    expect(() => read("Bearer a", "Bearer a")).toThrow(/more than one/);
    expect(Credential.of({ headers: new Headers({ authorization: "Bearer abc" }) }).token).toBe("abc");
    expect(Credential.of({ headers: new Headers() }).token).toBeUndefined();
    expect(Credential.of({ headers: { authorization: "Bearer abc" } }).token).toBe("abc");
    const twice = { headers: { authorization: "Bearer a" }, headersDistinct: { authorization: ["Bearer a", "Bearer b"] } };
    expect(() => Credential.of(twice)).toThrow(/more than one/);
  });

  it("prints nothing of itself", () => {
    const credential = Credential.bearer("hunter2");
    for (const text of [String(credential), JSON.stringify({ credential })]) expect(text).not.toContain("hunter2");
  });
});
