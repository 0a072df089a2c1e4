import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Client, ClientError, type Evaluation } from "../src/index.js";
import { type Server, start } from "./server.js";

let server: Server;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.stop());

function question(id: string, author: string, action = "notes.write"): Evaluation {
  return {
    subject: { type: "user", id },
    action: { name: action },
    resource: { type: "note", id: "7", properties: { author } },
  };
}

/** The client, and the paths that it asked. */
function watched(options: Partial<ConstructorParameters<typeof Client>[0]> = {}) {
  const asked: { path: string; body: unknown }[] = [];
  const client = new Client({
    url: server.url,
    credential: server.credential,
    fetch: (input, init) => {
      asked.push({ path: new URL(String(input)).pathname, body: JSON.parse(String(init?.body ?? "null")) });
      return fetch(input, init);
    },
    ...options,
  });
  return { client, asked };
}

async function failure(work: Promise<unknown>): Promise<ClientError> {
  const error: unknown = await work.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

describe("a client of a real server", () => {
  it("evaluates", async () => {
    const { client } = watched();
    expect(await client.allows(question("ada", "ada"))).toBe(true);
    expect(await client.evaluate(question("ada", "bob"))).toEqual({
      decision: false,
      context: { reason_code: "conditions_not_met" },
    });
    expect(await client.allows(question("mallory", "mallory", "notes.read"))).toBe(false);
  });

  it("asks questions of one moment in one request, and each once", async () => {
    const { client, asked } = watched();
    const questions = [question("ada", "ada"), question("ada", "bob"), question("ada", "ada"), question("bob", "bob")];
    const answers = await Promise.all(questions.map((one) => client.allows(one)));
    expect(answers).toEqual([true, false, true, false]);
    expect(asked.map(({ path }) => path)).toEqual(["/access/v1/evaluations"]);
    expect((asked[0]?.body as { evaluations: unknown[] }).evaluations).toHaveLength(3);
    // Nothing was kept: who asks now asks anew.
    await client.allows(question("ada", "ada"));
    expect(asked.map(({ path }) => path)).toEqual(["/access/v1/evaluations", "/access/v1/evaluation"]);
  });

  it("asks what was meant when it was asked, whatever becomes of the object", async () => {
    const { client, asked } = watched();
    const reused = { subject: { type: "user", id: "ada" }, action: { name: "notes.write" }, resource: {} };
    const answers = ["bob", "ada", "eve"].map((author) => {
      reused.resource = { type: "note", id: "7", properties: { author } };
      return client.allows(reused);
    });
    reused.resource = { type: "note", id: "7", properties: { author: "ada" } };
    expect(await Promise.all(answers)).toEqual([false, true, false]);
    expect(asked).toHaveLength(1);
  });

  it("splits what is too much for one request", async () => {
    const { client, asked } = watched({ maxBatch: 10 });
    const authors = Array.from({ length: 25 }, (_, number) => (number % 2 === 0 ? "ada" : `someone-${number}`));
    const answers = await Promise.all(
      authors.map((author, number) => client.allows({ ...question("ada", author), context: { number } })),
    );
    expect(answers).toEqual(authors.map((author) => author === "ada"));
    expect(asked).toHaveLength(3);
  });

  it("lets one question that the server does not take fail by itself", async () => {
    const { client, asked } = watched();
    const hostile = { ...question("ada", "ada"), context: { deep: JSON.parse("[".repeat(500) + "]".repeat(500)) as unknown } };
    const good = Array.from({ length: 6 }, (_, number) => ({ ...question("ada", "ada"), context: { number } }));
    const answers = good.map((one) => client.allows(one));
    const refused = failure(client.allows(hostile));
    const others = good.map((one) => client.allows({ ...one, context: { other: one.context.number } }));
    expect(await Promise.all([...answers, ...others])).toEqual(Array.from({ length: 12 }, () => true));
    expect(await refused).toMatchObject({ code: "refused", status: 400, problem: "malformed_body" });
    expect(asked.length).toBeLessThan(12);
  });

  it("makes no request that is too long for the server", async () => {
    const { client, asked } = watched();
    const long = Array.from({ length: 12 }, (_, number) => ({
      ...question("ada", "ada"),
      context: { number, padding: "x".repeat(100_000) },
    }));
    expect(await Promise.all(long.map((one) => client.allows(one)))).toEqual(long.map(() => true));
    expect(asked).toHaveLength(6);
  });

  it("checks, filters and explains", async () => {
    const { client } = watched();
    const { resource: _, ...open } = question("ada", "ada");
    expect(await client.check(open)).toMatchObject({ decision: "conditional", reason_code: "depends_on_resource" });
    const answer = await client.filter(open);
    expect(answer).toMatchObject({ decision: "conditional", filter: { format: 1 } });
    expect(JSON.stringify(answer.filter)).toContain('"attribute":"author"');
    expect(await client.explain(question("ada", "bob"))).toMatchObject({ reason_code: "conditions_not_met" });
    expect(await client.me()).toMatchObject({ type: "service" });
    expect(await client.evaluateMany([question("ada", "ada"), question("ada", "bob")])).toMatchObject([
      { decision: true },
      { decision: false },
    ]);
  });

  it("says a refusal by its code, and no credential with it", async () => {
    const credential = `${server.credential.slice(0, -6)}000000`;
    const { client } = watched({ credential });
    const error = await failure(client.allows(question("ada", "ada")));
    expect(error).toMatchObject({ code: "refused", status: 401, problem: "credential_rejected" });
    expect(error.requestId).toMatch(/^[0-9a-f-]{16,}$/);
    for (const text of [error.message, error.stack ?? "", JSON.stringify(error), JSON.stringify(client)]) {
      expect(text).not.toContain(credential.slice(14));
    }
  });

  it("fails where the revision is not there yet", async () => {
    const { client } = watched({ retries: 0 });
    const error = await failure(client.evaluate(question("ada", "ada"), { atLeast: 2n ** 40n }));
    expect(error).toMatchObject({ code: "refused", status: 409, problem: "revision_not_reached" });
    expect(await client.allows(question("ada", "ada"), { atLeast: 1 })).toBe(true);
  });
});

describe("a client of a server that misbehaves", () => {
  const answering = (...answers: (() => Response | Promise<Response>)[]) => {
    let calls = 0;
    const client = new Client({
      url: "http://casemate.invalid",
      credential: "secret-credential",
      backoff: 1,
      timeout: 20_000,
      fetch: async () => {
        const answer = answers[Math.min(calls, answers.length - 1)]!;
        calls += 1;
        return answer();
      },
    });
    return { client, calls: () => calls };
  };
  const yes = () => Response.json({ decision: true });
  const unavailable = () => Response.json({ code: "unavailable", title: "Not now" }, { status: 503 });
  const broken = () => Promise.reject(new TypeError("fetch failed with secret-credential"));

  it("asks again where nothing was answered, as often as it may", async () => {
    const once = answering(unavailable, broken, yes);
    expect(await once.client.allows(question("ada", "ada"))).toBe(true);
    expect(once.calls()).toBe(3);
    const never = answering(broken);
    const error = await failure(never.client.allows(question("ada", "ada")));
    expect(error.code).toBe("unreachable");
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain("secret-credential");
    expect(never.calls()).toBe(3);
  });

  it("does not ask again what was refused", async () => {
    const refused = answering(() => Response.json({ code: "forbidden", title: "No" }, { status: 403 }));
    expect((await failure(refused.client.allows(question("ada", "ada")))).problem).toBe("forbidden");
    expect(refused.calls()).toBe(1);
  });

  it.each([
    ["no JSON", () => new Response("yes")],
    ["no decision", () => Response.json({})],
    ["a word for a boolean", () => Response.json({ decision: "true" })],
    ["a number", () => Response.json({ decision: 1 })],
    ["a list", () => Response.json([true])],
    ["nothing", () => new Response(null)],
  ])("takes %s for no answer", async (_, answer) => {
    const { client, calls } = answering(answer);
    expect((await failure(client.allows(question("ada", "ada")))).code).toBe("malformed_answer");
    expect(calls()).toBe(1);
  });

  it("keeps the digits of what it asks and of what is answered", async () => {
    const texts: string[] = [];
    const client = new Client({
      url: "http://casemate.invalid",
      fetch: async (_, init) => {
        texts.push(String(init?.body));
        return new Response(
          '{"decision":"conditional","reason_code":"n9007199254740993","sql":"\\"customer\\" = $1","parameters":[9007199254740993,-9007199254740993,12,1e16,"9007199254740993"]}',
        );
      },
    });
    const context = { number: 9007199254740993n, "9007199254740993": 'n"1', n: "n9007199254740993" };
    const answer = await client.filter({ ...question("ada", "ada"), context }, { dialect: "postgres" });
    expect(answer.parameters).toEqual([9007199254740993n, -9007199254740993n, 12, 1e16, "9007199254740993"]);
    expect(answer).toMatchObject({ reason_code: "n9007199254740993", sql: '"customer" = $1' });
    expect(texts[0]).toContain('"context":{"number":9007199254740993,"9007199254740993":"n\\"1","n":"n9007199254740993"}');
  });

  it("asks anew once the same question was sent, and does not wait for the answer to that", async () => {
    const answers: ((response: Response) => void)[] = [];
    const client = new Client({
      url: "http://casemate.invalid",
      fetch: () => new Promise((resolve) => answers.push(resolve)),
    });
    const first = client.allows(question("ada", "ada"));
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    const second = client.allows(question("ada", "ada"));
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]!(Response.json({ decision: false }));
    answers[0]!(yes());
    expect(await Promise.all([first, second])).toEqual([true, false]);
  });

  it("makes no flood of requests of what is refused", async () => {
    const tried = async (problem: string, status: number) => {
      let requests = 0;
      let most = 0;
      let now = 0;
      const client = new Client({
        url: "http://casemate.invalid",
        fetch: async () => {
          requests += 1;
          now += 1;
          most = Math.max(most, now);
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          return Response.json({ code: problem, title: "No" }, { status });
        },
      });
      const asked = Array.from({ length: 200 }, (_, number) => failure(client.allows(question("ada", `${number}`))));
      for (const { problem: said } of await Promise.all(asked)) expect(said).toBe(problem);
      return { requests, most };
    };
    expect(await tried("malformed_header", 400)).toEqual({ requests: 1, most: 1 });
    const { requests, most } = await tried("malformed_body", 400);
    expect(most).toBe(1);
    expect(requests).toBeLessThanOrEqual(32);
    expect(requests).toBeGreaterThan(20);
  });

  it("has no more requests under way than it may, and asks the same check once", async () => {
    const { client, asked } = (() => {
      const asked: string[] = [];
      let now = 0;
      const client = new Client({
        url: "http://casemate.invalid",
        maxRequests: 2,
        fetch: async (_, init) => {
          asked.push(String(init?.body));
          now += 1;
          expect(now).toBeLessThanOrEqual(2);
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          return Response.json({ decision: "allowed", reason_code: "permission_allows" });
        },
      });
      return { client, asked };
    })();
    const ids = ["ada", "bob", "eve", "ada", "bob", "kim"];
    const answers = await Promise.all(ids.map((id) => client.check({ subject: { type: "user", id }, action: { name: "a" } })));
    expect(answers.map(({ decision }) => decision)).toEqual(ids.map(() => "allowed"));
    expect(asked).toHaveLength(4);
  });

  it.each([
    { timeout: Number.NaN },
    { timeout: 0 },
    { retries: Number.NaN },
    { retries: Infinity },
    { backoff: -1 },
    { maxBackoff: 2 ** 31 },
    { maxAnswer: Number.NaN },
    { maxBatch: 0 },
    { maxBatch: 1_001 },
    { maxWaiting: 1.5 },
    { maxRequests: 0 },
  ])("takes no limit that bounds nothing: %o", (options) => {
    expect(() => new Client({ url: "http://casemate.invalid", ...options })).toThrow(RangeError);
  });

  it("takes fewer answers than questions for none", async () => {
    const { client } = answering(() => Response.json({ evaluations: [{ decision: true }] }));
    const both = [client.allows(question("ada", "ada")), client.allows(question("ada", "bob"))];
    for (const one of both) expect((await failure(one)).code).toBe("malformed_answer");
  });

  it("bounds what it reads", async () => {
    const client = new Client({
      url: "http://casemate.invalid",
      maxAnswer: 100,
      fetch: () => Promise.resolve(Response.json({ decision: true, padding: "x".repeat(200) })),
    });
    expect((await failure(client.allows(question("ada", "ada")))).code).toBe("malformed_answer");
  });

  it("gives up after its time, and when the caller does", async () => {
    const hanging: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const client = new Client({ url: "http://casemate.invalid", timeout: 20, retries: 1, backoff: 1, fetch: hanging });
    expect((await failure(client.allows(question("ada", "ada")))).code).toBe("timeout");
    const slow = new Client({
      url: "http://casemate.invalid",
      timeout: 20,
      retries: 0,
      fetch: async () => yes(),
      credential: () => new Promise<string>(() => undefined),
    });
    expect((await failure(slow.allows(question("ada", "ada")))).code).toBe("timeout");
    const controller = new AbortController();
    const waiting = failure(client.evaluate(question("ada", "ada"), { signal: controller.signal }));
    controller.abort();
    expect((await waiting).code).toBe("aborted");
  });

  it("follows no redirect", async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? ""}`);
      if (request.url === "/elsewhere") response.end('{"decision":true}');
      else response.writeHead(307, { location: "/elsewhere" }).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const client = new Client({ url, credential: "secret-credential", retries: 0 });
    expect((await failure(client.allows(question("ada", "ada")))).code).toBe("unreachable");
    expect(asked).toEqual(["/access/v1/evaluation Bearer secret-credential"]);
    elsewhere.closeAllConnections();
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  it("bounds how many questions wait", async () => {
    const client = new Client({
      url: "http://casemate.invalid",
      maxWaiting: 1,
      retries: 0,
      fetch: () => Promise.resolve(yes()),
    });
    const first = client.allows(question("ada", "ada"));
    expect((await failure(client.allows(question("ada", "bob")))).code).toBe("overloaded");
    expect(await first).toBe(true);
    expect(await client.allows(question("ada", "bob"))).toBe(true);
  });

  it("takes no credential in the URL, and none that no header may hold", async () => {
    expect(() => new Client({ url: "http://user:secret@casemate.invalid" })).toThrow("must hold no credential");
    const client = new Client({ url: "http://casemate.invalid", credential: "secret\r\nX: y", fetch: async () => yes() });
    const error = await failure(client.allows(question("ada", "ada")));
    expect(error.code).toBe("identity_failed");
    expect(error.message).not.toContain("secret");
  });
});
