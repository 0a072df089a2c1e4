import { afterAll, expect, it, vi } from "vitest";
import { goAndSignIn, isSame, restoreFragment } from "./signing-in";

afterAll(() => vi.unstubAllGlobals());

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

it("a browser that keeps nothing for pages leads to signing in all the same, and shows the console", () => {
  const went: string[] = [];
  vi.stubGlobal("location", { pathname: "/console/users", search: "", hash: "#search=ada", assign: (url: string) => went.push(url) });
  const refuses = () => {
    throw new DOMException("The operation is insecure", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuses, setItem: refuses, removeItem: refuses });
  goAndSignIn();
  expect(went).toEqual(["/sign-in?return_to=%2Fconsole%2Fusers"]);
  expect(restoreFragment).not.toThrow();
});
