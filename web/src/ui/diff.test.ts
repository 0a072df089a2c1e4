import { describe, expect, it } from "vitest";
import { canonical, difference } from "./diff";

const lines = (before: string, after: string) => difference(before, after).map(({ kind, text }) => ({ same: " ", added: "+", removed: "-" })[kind] + text);

describe("a difference", () => {
  it("keeps what stays, and tells what comes and goes", () => {
    expect(lines("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
    expect(lines("a\nb\nc\nd", "a\nc\nd\ne")).toEqual([" a", "-b", " c", " d", "+e"]);
  });

  it("is all of it where there was nothing, or is nothing", () => {
    expect(lines("", "a\nb")).toEqual(["+a", "+b"]);
    expect(lines("a", "")).toEqual(["-a"]);
    expect(lines("a", "a")).toEqual([" a"]);
  });

  it("is bounded", () => {
    const many = (word: string) => Array.from({ length: 4000 }, (_, index) => `${word}${index}`).join("\n");
    expect(difference(many("a"), many("b"))).toHaveLength(8000);
  });

  it("does not depend on the order of members", () => {
    expect(JSON.stringify(canonical({ b: [{ d: 1, c: 2 }], a: null }))).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});
