import { afterEach, describe, expect, it } from "vitest";
import { type AuditError, Remote } from "../../src/index.js";
import { TestClock, advanceUntil } from "./clock.js";
import { FakeServer } from "./fake.js";

const open: Remote[] = [];
afterEach(() => {
  for (const remote of open.splice(0)) remote.close();
});

/** What was sent, and under which key. */
interface Sent {
  key: string | null;
  ids: string[];
}

/** A trail that records once under a key, and answers as it is told. */
async function trail(room = 100) {
  const server = new FakeServer();
  const clock = new TestClock();
  const sent: Sent[] = [];
  const known = new Map<string | null, string>();
  const recorded: string[] = [];
  const way = { isLosing: false, enough: [] as number[] };
  const asked: typeof fetch = (input, init) => {
    if (!String(input).endsWith("/record")) return server.fetch(input, init);
    const body = String(init?.body);
    const { items } = JSON.parse(body) as { items: { resource: { id: string } }[] };
    const key = new Headers(init?.headers).get("idempotency-key");
    const ids = items.map(({ resource }) => resource.id);
    sent.push({ key, ids });
    if (ids.length > room || ids.includes("long")) return Promise.resolve(new Response("", { status: 413 }));
    if (ids.includes("wrong")) {
      const errors = [{ pointer: `/items/${ids.indexOf("wrong")}/action`, message: "it is wrong" }];
      return Promise.resolve(Response.json({ code: "invalid_document", errors }, { status: 422 }));
    }
    const seconds = way.enough.shift();
    if (seconds !== undefined) {
      const headers = { "retry-after": String(seconds) };
      return Promise.resolve(Response.json({ code: "quota_reached" }, { status: 429, headers }));
    }
    if (!known.has(key)) recorded.push(...ids);
    else expect(body, "the same under the same key").toBe(known.get(key));
    known.set(key, body);
    return way.isLosing ? Promise.reject(new Error("the connection broke")) : Promise.resolve(Response.json({}));
  };
  const remote = await Remote.connect({ url: "https://casemate.invalid", credential: "own", fetch: asked, clock });
  open.push(remote);
  const event = (id: string) => ({ action: "notes.note.read", outcome: "success" as const, resource: { type: "note", id } });
  const end = async <T>(work: Promise<T>): Promise<T | AuditError> => {
    let ended: T | AuditError | undefined;
    let isOver = false;
    const over = work.then((value) => (ended = value), (error: AuditError) => (ended = error)).finally(() => (isOver = true));
    await advanceUntil(clock, () => isOver);
    await over;
    return ended as T | AuditError;
  };
  return { remote, clock, sent, recorded, way, event, end };
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number));

describe("events that are gathered", () => {
  it("are recorded once, however often the answer is lost", async () => {
    const { remote, sent, recorded, way, event, end } = await trail();
    const batch = remote.audit.batch(500);
    for (const id of numbers(150)) batch.add(event(id));
    way.isLosing = true;
    expect(await end(batch.flush())).toMatchObject({ left: 150, refused: [] });
    batch.add(event("later"));
    expect(await end(batch.flush())).toMatchObject({ left: 151 });
    way.isLosing = false;
    expect(await end(batch.flush())).toBeUndefined();
    expect(batch.size).toBe(0);
    expect(recorded).toEqual([...numbers(150), "later"]);
    expect(new Set(sent.filter(({ ids }) => ids[0] === "0").map(({ key }) => key)).size).toBe(1);
  });

  it("wait for as long as the server says where it has enough, but not for a day", async () => {
    const { remote, clock, sent, recorded, way, event, end } = await trail();
    const batch = remote.audit.batch();
    batch.add(event("1"));
    way.enough = [30, 20];
    const began = clock.elapsed();
    expect(await end(batch.flush())).toBeUndefined();
    expect(clock.elapsed() - began).toBeGreaterThanOrEqual(50_000);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    batch.add(event("2"));
    way.enough = [40_000];
    expect(await end(batch.flush())).toMatchObject({ left: 1, refused: [], cause: { status: 429, retryAfter: 40_000 } });
    expect(sent).toHaveLength(4);
    expect(await end(batch.flush())).toBeUndefined();
    expect(recorded).toEqual(["1", "2"]);
  });

  it("are sent in parts where they are too long for one request, and one that is too long by itself is told", async () => {
    const { remote, recorded, event, end } = await trail(7);
    const batch = remote.audit.batch();
    const ids = [...numbers(30), "long", "30", "wrong", "31"];
    for (const id of ids) batch.add(event(id));
    const ended = await end(batch.flush());
    const refused = (ended as AuditError).refused.map(({ event, error }) => [(event as { resource: { id: string } }).resource.id, (error as { status?: number }).status]);
    expect(refused).toEqual([["long", 413], ["wrong", 422]]);
    expect(ended).toMatchObject({ left: 0 });
    expect([batch.size, recorded]).toEqual([0, numbers(32)]);
  });
});

describe("events of one moment", () => {
  it("are sent in parts where they are too long for one request", async () => {
    const { remote, recorded, event, end } = await trail(7);
    const ended = await end(Promise.all([...numbers(30), "long"].map((id) => remote.audit.record(event(id)).then(() => "", (error: { status: number }) => error.status))));
    expect(ended).toEqual([...numbers(30).map(() => ""), 413]);
    expect(recorded).toEqual(numbers(30));
  });
});
