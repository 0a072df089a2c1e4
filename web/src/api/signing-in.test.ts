import { expect, it } from "vitest";
import { isSame } from "./signing-in";

const ada = { type: "user", provider: "casemate", id: "1" };

it("one who signed in again is the same by provider and id alone", () => {
  expect(isSame(ada, { ...ada })).toBe(true);
  expect(isSame(ada, { ...ada, id: "2" })).toBe(false);
  expect(isSame(ada, { ...ada, provider: "corp" })).toBe(false);
  expect(isSame(ada, { ...ada, type: "service" })).toBe(false);
});

it("who is not known is nobody's same", () => {
  expect(isSame(undefined, ada)).toBe(false);
  expect(isSame(ada, undefined)).toBe(false);
  expect(isSame({ type: "user", provider: "casemate" }, { type: "user", provider: "casemate" })).toBe(false);
});
