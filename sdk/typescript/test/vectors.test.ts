import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Catalog, Engine, EngineError, type Granted, type Question } from "../src/index.js";
import { parse } from "../src/json.js";

/** The decisions that the Rust engine is tested with, in its own folder. */
const VECTORS = new URL("../../../crates/permission/tests/vectors/decisions.json", import.meta.url);

interface Vector {
  name: string;
  schemas: string[];
  grants: (Omit<Granted, "from" | "until"> & { from?: number; until?: number })[];
  question: Question;
  now: number;
  application?: string;
  partial?: boolean;
  refused?: string;
  not_filterable?: boolean;
  filter?: unknown;
  expect: { effect: string; reason: string; permission?: unknown };
}

const file = parse(readFileSync(VECTORS, "utf8")) as { schemas: Record<string, string>; cases: Vector[] };

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.load();
});

function catalogOf(vector: Vector): Catalog {
  return engine.catalog(vector.schemas.map((name) => file.schemas[name] ?? ""));
}

function grant({ from, until, ...entry }: Vector["grants"][number]): Granted {
  const times: Pick<Granted, "from" | "until"> = {};
  if (from !== undefined) times.from = BigInt(from);
  if (until !== undefined) times.until = BigInt(until);
  return { ...entry, ...times };
}

describe("the decisions of the Rust engine", () => {
  it.each(file.cases.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const set = catalogOf(vector).compile(vector.grants.map(grant));
    const asking = {
      now: BigInt(vector.now),
      ...(vector.application === undefined ? {} : { application: vector.application }),
    };
    const check = () => set.check(vector.question, { ...asking, partial: vector.partial ?? false });
    if (vector.refused !== undefined) {
      expect(check).toThrow(expect.objectContaining({ name: "EngineError", code: vector.refused }));
      const [item] = set.checkMany([vector.question], asking);
      expect(item).toMatchObject({ effect: "denied", reason: vector.refused });
      return;
    }
    const decision = check();
    expect(decision).toMatchObject({ effect: vector.expect.effect, reason: vector.expect.reason });
    if (vector.expect.permission !== undefined) expect(decision.permission).toEqual(vector.expect.permission);
    if (!vector.partial) {
      expect(set.checkMany([vector.question], asking)).toEqual([decision]);
      expect(set.allows(vector.question, asking)).toBe(decision.effect === "allowed");
      const explanation = set.explain(vector.question, asking);
      expect(explanation).toMatchObject({ decision: decision.effect, reason_code: decision.reason });
    }
    if (vector.not_filterable) {
      expect(() => set.filter(vector.question, asking)).toThrow(EngineError);
    } else {
      const answer = set.filter(vector.question, asking);
      if (vector.filter !== undefined) expect(answer.filter).toEqual(vector.filter);
    }
  });
});
