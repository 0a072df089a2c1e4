import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Engine, EngineError } from "../src/index.js";

const NOTES = readFileSync(new URL("../../../examples/policy/notes.toml", import.meta.url), "utf8");

const SCHEMA_OF_CUSTOMERS = `
format = 1
[application]
id = "shop"
namespaces = ["shop"]
[attributes]
customer = { type = "int", column = "customer" }
[[permission]]
name = "shop.order"
[permission.properties.limit]
type = "int"
when = "value > 0 && resource.customer == identity.claims.customer"
`;

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.load();
});

function thrown(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const question = { subject: { type: "user", id: "ada" }, action: { name: "notes.write" } };

describe("the engine", () => {
  it("says every mistake of a schema with its place", () => {
    const broken = NOTES.replace("resource.author", "resource.autor");
    const error = thrown(() => engine.catalog([NOTES, broken]));
    expect(error.code).toBe("invalid_schema");
    expect(error.problems[0]).toMatchObject({ schema: 1 });
    const line = broken.split("\n").findIndex((text) => text.includes("resource.autor")) + 1;
    expect(error.problems[0]?.line).toBe(line);
  });

  it("refuses all permissions for one that is malformed", () => {
    const error = thrown(() => engine.catalog().compile([{ name: "notes.read" }, { name: "!notes" }]));
    expect(error).toMatchObject({ code: "invalid_permission", index: 1 });
    for (const wrong of ['{"name":"a","name":"*"}', null, undefined, 7, [], {}, { permission: null }]) {
      expect(thrown(() => engine.catalog().compile([wrong as never]))).toMatchObject({ code: "invalid_permission" });
    }
  });

  it("has the time that the caller brings", () => {
    const until = new Date("2026-01-01T00:00:00Z");
    const set = engine.catalog().compile([{ permission: { name: "notes.*" }, until }]);
    expect(set.allows(question, { now: new Date("2025-12-31T23:59:59.999Z") })).toBe(true);
    expect(set.allows(question, { now: until })).toBe(false);
    expect(set.allows(question)).toBe(false);
    expect(thrown(() => set.check(question, { now: new Date(Number.NaN) })).code).toBe("invalid_evaluation");
    expect(thrown(() => set.check(question, { now: 2n ** 64n })).code).toBe("invalid_evaluation");
  });

  it("answers the good questions of a batch and denies the bad ones by themselves", () => {
    const set = engine.catalog().compile([{ name: "notes.*" }]);
    const answers = set.checkMany([question, { subject: question.subject } as never, question]);
    expect(answers.map((answer) => answer.reason)).toEqual([
      "permission_allows",
      "invalid_evaluation",
      "permission_allows",
    ]);
    expect(answers[1]).toMatchObject({ effect: "denied", message: "the request has no `action`" });
    const many = Array.from({ length: 1_001 }, () => question);
    expect(thrown(() => set.checkMany(many)).code).toBe("batch_too_large");
  });

  it("writes filters as SQL with values to bind", () => {
    const schema = NOTES.replace(/author\s*=\s*\{[^}]*\}/, 'author = { type = "string", column = "written_by" }');
    const set = engine.catalog([schema]).compile([{ name: "notes.write", own: true }]);
    const answer = set.sql(question, "postgres");
    expect(answer.effect).toBe("conditional");
    expect(answer.sql).toContain('"written_by"');
    expect(answer.parameters).toContain("ada");
    expect(thrown(() => set.sql(question, "oracle" as never)).code).toBe("unknown_dialect");
  });

  it("hands permissions out as they were written", () => {
    const set = engine.catalog().compile([{ name: "notes.*", colour: "red" }, { name: "other" }]);
    expect(set.size).toBe(2);
    expect(set.permissions("notes.read")).toEqual([{ name: "notes.*", colour: "red" }]);
    expect(thrown(() => set.permissions("notes.*")).code).toBe("invalid_name");
  });

  it("says what is wrong with a permission that is to be written", () => {
    const catalog = engine.catalog([NOTES]);
    expect(catalog.problems({ name: "notes.write", own: true })).toEqual([]);
    expect(catalog.problems({ name: "notes.write", own: 1 })).toEqual(["the property `own` must be a bool, and is 1"]);
  });

  it("keeps what JavaScript's numbers would lose, where it comes as text", () => {
    const set = engine.catalog().compile(['{"name":"a.b","limit":9007199254740993}']);
    expect(set.explain({ ...question, action: { name: "a.b" } }).text).toContain("9007199254740993");
  });

  it("answers whole numbers with all their digits", () => {
    const schema = SCHEMA_OF_CUSTOMERS;
    const set = engine.catalog([schema]).compile(['{"name":"shop.order","limit":9007199254740993}']);
    const asked =
      '{"identity":{"type":"user","id":"ada","claims":{"customer":9007199254740993,"list":"9007199254740993"}},"action":{"name":"shop.order"}}';
    const { filter } = set.filter(asked);
    expect(filter).toMatchObject({ args: [{ op: "exists" }, { op: "eq", attribute: "customer", value: 9007199254740993n }] });
    expect(set.sql(asked, "postgres").parameters).toEqual([9007199254740993n]);
    const [permission] = set.permissions("shop.order");
    expect(permission).toEqual({ name: "shop.order", limit: 9007199254740993n });
    // What came out goes in again, and as a bigint too.
    expect(engine.catalog([schema]).compile([permission!]).permissions("shop.order")).toEqual([permission]);
    const identity = { type: "user", id: "ada", claims: { customer: 9007199254740993n } };
    const order = (customer: bigint) => ({ type: "order", id: "1", properties: { customer } });
    const act = { identity, action: { name: "shop.order" } };
    expect(set.allows({ ...act, resource: order(9007199254740993n) })).toBe(true);
    expect(set.allows({ ...act, resource: order(9007199254740992n) })).toBe(false);
  });

  it("takes a text that is more than one value for none", () => {
    const catalog = engine.catalog();
    for (const wrong of ['{"name":"x"}},{"permission":{"name":"*"}', '{"name":"x"},"until":1', "", '{"name":"x"} {}']) {
      expect(thrown(() => catalog.compile([{ name: "y" }, wrong]))).toMatchObject({ code: "invalid_permission", index: 1 });
    }
    const origin = '{"kind":"role","name":"x"},"until":1' as never;
    expect(thrown(() => catalog.compile([{ permission: { name: "y" }, origin }])).code).toBe("invalid_permission");
    const set = catalog.compile([{ name: "notes.*" }]);
    const good = JSON.stringify(question);
    const bad = JSON.stringify({ ...question, action: { name: "other" } });
    for (const wrong of [`${good},${good}`, "", `${good}]}`]) {
      const answers = set.checkMany([bad, wrong, good]);
      expect(answers).toMatchObject([{ reason: "no_permission" }, { reason: "invalid_evaluation" }, { effect: "allowed" }]);
    }
  });

  it("refuses a permission of which JSON would lose a part", () => {
    const catalog = engine.catalog([NOTES]);
    const wrong = [
      { name: "notes.write", own: undefined },
      { name: "notes.write", deny: undefined },
      { name: "notes.write", own: { not: [undefined] } },
      { name: "notes.write", own: Number.NaN },
      { name: "notes.write", own: () => true },
      { permission: { name: "notes.write", deny: undefined } },
      { permission: { name: "notes.write" }, until: undefined },
      { permission: { name: "notes.write" }, until: null },
      { permission: { name: "notes.write" }, from: "2026-01-01T00:00:00Z" },
    ];
    for (const one of wrong) {
      const error = thrown(() => catalog.compile([{ name: "notes.read" }, one as never]));
      expect(error).toMatchObject({ code: "invalid_permission", index: 1 });
    }
    expect(thrown(() => catalog.problems({ name: "notes.write", own: undefined } as never)).code).toBe("invalid_permission");
  });

  it("refuses what is nested too deeply, and goes on", () => {
    const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
    const catalog = engine.catalog();
    expect(thrown(() => catalog.compile([`{"name":"a","p":${deep("[", "]")}}`])).code).toBe("invalid_permission");
    const set = catalog.compile([{ name: "*" }]);
    expect(thrown(() => set.check(`{"subject":${deep('{"a":', "}")}}`)).code).toBe("invalid_evaluation");
    const nested = NOTES.replace("value == false ||", `${deep("(", ")").replace("()", "(value)")} ||`);
    expect(thrown(() => engine.catalog([nested])).code).toBe("invalid_schema");
    const braces = thrown(() => catalog.compile([{ name: `${"{".repeat(500)}a${"}".repeat(500)}` }]));
    expect(braces.code).toBe("invalid_permission");
    // As deep as is allowed, which must fit the stack.
    for (const depth of [10, 20, 30, 40]) {
      const schema = NOTES.replace("value == false ||", `${"(".repeat(depth)}value == false${")".repeat(depth)} ||`);
      try {
        engine.catalog([schema]).compile([{ name: "notes.write", own: true }]).check(question);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid_schema" });
      }
    }
    expect(set.allows(question)).toBe(true);
  });

  it("allows nothing once it is freed", () => {
    const set = engine.catalog().compile([{ name: "*" }]);
    set.free();
    expect(thrown(() => set.allows(question)).code).toBe("engine_failed");
  });
});
