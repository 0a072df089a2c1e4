import { describe, expect, it } from "vitest";
import { claimsOf } from "./pasted";

describe("claimsOf", () => {
  it("reads JSON", () => expect(claimsOf(' {"sub":"ada"} ')).toEqual({ claims: { sub: "ada" }, isToken: false }));
  it("reads the payload of a token", () => {
    const payload = Buffer.from(JSON.stringify({ sub: "zoë" })).toString("base64url");
    expect(claimsOf(`Bearer e30.${payload}.c2ln`)).toEqual({ claims: { sub: "zoë" }, isToken: true });
  });
  it("says what is wrong", () => {
    expect(claimsOf("").error).toContain("Paste");
    expect(claimsOf("[1]").error).toContain("object");
    expect(claimsOf("{").error).toContain("no JSON");
    expect(claimsOf("a.b.c").error).toContain("no JSON");
  });
});
