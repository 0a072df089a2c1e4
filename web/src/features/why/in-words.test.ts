import { describe, expect, it } from "vitest";
import { inWords } from "./in-words";

describe("a sentence of the engine", () => {
  it("names a permission in place of its JSON", () => {
    expect(inWords('`notes.read` is denied by {"deny":true,"name":"notes.*"} from role suspended')).toBe("`notes.read` is denied by `notes.*` from role suspended");
    expect(inWords('by {"name":"shop.{a,b}","regions":["}\\"{"]}, and {"name":"x"}.')).toBe("by `shop.{a,b}`, and `x`.");
  });

  it("leaves patterns, other objects and what does not end as they are", () => {
    for (const text of ["`shop.order.{list,read}` is allowed", 'value {"a":1} of it', '{"name":"half', "nothing"]) expect(inWords(text)).toBe(text);
  });
});
