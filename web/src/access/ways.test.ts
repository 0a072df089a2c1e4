import { describe, expect, it } from "vitest";
import { asWords, waysOf } from "./ways";

describe("the way by which a permission came", () => {
  it("leads to the role, and to each team and group between", () => {
    expect(waysOf({ kind: "role", name: "order-clerk", via: "team helpdesk, group on call" })).toEqual([
      { kind: "role", name: "order-clerk", to: "/roles#search=order-clerk" },
      { kind: "team", name: "helpdesk", to: "/teams#search=helpdesk" },
      { kind: "group", name: "on call", to: "/groups#search=on%20call" },
    ]);
  });

  it("leads nowhere where there is no page", () => {
    expect(waysOf({ kind: "key", name: "k" })).toEqual([{ kind: "key", name: "k", to: undefined }]);
  });
});

describe("a value in words", () => {
  it("has no quotes and brackets", () => {
    expect(asWords(["eu", "us"])).toBe("eu, us");
    expect(asWords([])).toBe("none");
    expect(asWords(500)).toBe("500");
    expect(asWords({ a: 1 })).toBe('{"a":1}');
  });
});
