import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Decision, Engine, EngineError } from "../src/index.js";
import { parse } from "../src/json.js";

/** Random cases that `cargo xtask test` has the Rust engine write, with its answers. */
const CASES = process.env["CASEMATE_CASES"] ?? "";

interface Decided {
  effect: string;
  reason: string;
  permission: string | null;
}

interface Case {
  catalog: number;
  grants: string;
  now: string;
  question: string;
  check: Decided;
  sentence: string;
  part: string;
  check_part: Decided;
  filter: { refused: string } | (Decided & { filter: string | null });
}

/** The permission as JSON, for the engine hands it out as a value. */
function comparable({ effect, reason, permission }: Decision | Decided) {
  const value: unknown = typeof permission === "string" ? parse(permission) : (permission ?? null);
  return { effect, reason, permission: value };
}

/** The grants, each with its permission as the text that Rust wrote: JavaScript's numbers would change some. */
function grants(text: string) {
  const times = JSON.parse(text) as { from: number | null; until: number | null }[];
  const texts = split(text);
  return times.map(({ from, until }, index) => ({
    permission: texts[index] ?? "",
    origin: { kind: "role" as const, name: "role" },
    ...(from === null ? {} : { from: BigInt(from) }),
    ...(until === null ? {} : { until: BigInt(until) }),
  }));
}

/** What stands between `{"permission":` and `,"origin":`. */
function split(text: string): string[] {
  return text
    .split('{"permission":')
    .slice(1)
    .map((part) => part.slice(0, part.lastIndexOf(',"origin":')));
}

// A run that compares nothing must not look like one that did.
if (CASES === "") console.warn("CASEMATE_CASES names no file: nothing is compared with the answers of the Rust engine");

describe.skipIf(CASES === "")("random cases of the Rust engine", () => {
  it("are answered as Rust answers them", async () => {
    expect(existsSync(CASES)).toBe(true);
    const file = JSON.parse(readFileSync(CASES, "utf8")) as { seed: string; catalogs: string[][]; cases: Case[] };
    const engine = await Engine.load();
    const catalogs = file.catalogs.map((schemas) => engine.catalog(schemas));
    expect(file.cases.length).toBeGreaterThanOrEqual(4_000);
    const seen = { allowed: 0, denied: 0, conditional: 0, refused: 0 };
    for (const [number, one] of file.cases.entries()) {
      const where = `case ${number} of CASEMATE_SEED=${file.seed}`;
      const set = catalogs[one.catalog]!.compile(grants(one.grants));
      const now = BigInt(one.now);
      const check = set.check(one.question, { now });
      expect(comparable(check), where).toEqual(comparable(one.check));
      expect(comparable(set.checkMany([one.question], { now })[0]!), where).toEqual(comparable(one.check));
      expect(set.explain(one.question, { now }).reason, where).toBe(one.sentence);
      const part = set.check(one.part, { now, partial: true });
      expect(comparable(part), where).toEqual(comparable(one.check_part));
      seen[check.effect] += 1;
      if ("refused" in one.filter) {
        seen.refused += 1;
        const { refused } = one.filter;
        expect(() => set.filter(one.part, { now }), where).toThrow(new EngineError("not_filterable", refused));
      } else {
        const answer = set.filter(one.part, { now });
        expect(comparable(answer), where).toEqual(comparable(one.filter));
        const filter = one.filter.filter === null ? undefined : parse(one.filter.filter);
        expect(answer.filter, where).toEqual(filter);
        seen[answer.effect] += 1;
      }
      set.free();
    }
    const { refused, ...others } = seen;
    for (const count of Object.values(others)) expect(count).toBeGreaterThan(40);
    // One in a hundred, more or less.
    expect(refused).toBeGreaterThan(0);
  });
});
