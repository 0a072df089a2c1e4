import { describe, expect, it } from "vitest";
import { matches, mayDo } from "./patterns";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const held = (...permissions: Record<string, unknown>[]) => permissions.map((permission) => ({ permission }));

describe("granted names", () => {
  it("match as the engine matches them", () => {
    expect(matches("casemate.user.list", "casemate.user.list")).toBe(true);
    expect(matches("casemate.user.*", "casemate.user.version.read")).toBe(true);
    expect(matches("casemate.*.list", "casemate.user.list")).toBe(true);
    expect(matches("casemate.user.{list,read}", "casemate.user.read")).toBe(true);
    expect(matches("casemate.user.{list,read}", "casemate.user.delete")).toBe(false);
    expect(matches("casemate.user.{l{ist,og},read}", "casemate.user.log")).toBe(true);
    expect(matches("casemate.user.l?st", "casemate.user.list")).toBe(true);
    expect(matches("casemate.user?list", "casemate.user.list")).toBe(false);
    expect(matches("casemate.user", "casemate.user.list")).toBe(false);
  });

  it("reach into the namespace casemate by its name alone", () => {
    expect(matches("*", "casemate.user.list")).toBe(false);
    expect(matches("*", "notes.read")).toBe(true);
    expect(matches("case*", "casemate.user.list")).toBe(false);
  });

  it("match as a regular expression does", () => {
    const plain = (pattern: string) => new RegExp(`^${[...pattern].map((sign) => ({ "*": ".*", "?": "[^.]", "{": "(?:", "}": ")", ",": "|", ".": "\\." })[sign] ?? sign).join("")}$`);
    const signs = ["a", "b", ".", "*", "?", "{a,b}", "{,a*}", "{a{b,.},*?}"];
    for (let seed = 0; seed < 4000; seed += 1) {
      const pattern = [seed % 8, (seed >> 3) % 8, (seed >> 6) % 8, (seed * 7) % 8].map((place) => signs[place]).join("");
      for (const name of ["", "a", "ab", "a.b", "ba.ab", "bb..a"]) expect([pattern, name, matches(pattern, name)]).toEqual([pattern, name, plain(pattern).test(name)]);
    }
  });

  it("never take longer than their length times that of the name", () => {
    const name = `casemate.${"a".repeat(100)}`;
    const started = performance.now();
    for (const bad of ["*?", "{a,a,*}", "{*,*a}"]) expect(matches(`casemate.${bad.repeat(500)}-`, name)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("that make no sense match nothing", () => {
    expect(matches("casemate.{user", "casemate.user")).toBe(false);
    expect(matches("x".repeat(5000), "x")).toBe(false);
  });
});

describe("what somebody holds", () => {
  it("allows what a permission names, and nothing else", () => {
    expect(mayDo(held({ name: "casemate.user.*" }), "casemate.user.list", NOW)).toBe(true);
    expect(mayDo(held({ name: "casemate.user.*" }), "casemate.role.list", NOW)).toBe(false);
    expect(mayDo([], "casemate.user.list", NOW)).toBe(false);
  });

  it("is outweighed by a denial, unless that has conditions", () => {
    expect(mayDo(held({ name: "casemate.user.*" }, { name: "casemate.user.delete", deny: true }), "casemate.user.delete", NOW)).toBe(false);
    expect(mayDo(held({ name: "casemate.user.*" }, { name: "casemate.user.delete", deny: true, own: true }), "casemate.user.delete", NOW)).toBe(true);
  });

  it("counts within its time", () => {
    const permission = { name: "casemate.user.list" };
    expect(mayDo([{ permission, from: "2026-11-24T00:00:00Z" }], "casemate.user.list", NOW)).toBe(false);
    expect(mayDo([{ permission, until: "2026-11-23T12:00:00Z" }], "casemate.user.list", NOW)).toBe(false);
    expect(mayDo([{ permission, from: "2026-11-22T00:00:00Z", until: "2026-11-24T00:00:00Z" }], "casemate.user.list", NOW)).toBe(true);
  });
});
