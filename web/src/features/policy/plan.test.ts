import { expect, it } from "vitest";
import { isSamePlan } from "./plan";

const change = (name: string, diff: string[] = []) => ({ kind: "role", name, tenant: "default", diff }) as never;
const plan = (revision: number, changes: never[], people: never[] | null = null) => ({ reverted: false, revision, changes, people, left: [] });

it("knows a plan that is no longer the one that was shown", () => {
  const shown = plan(7, [change("a"), change("b")]);
  expect(isSamePlan(shown, plan(7, [change("b"), change("a")]))).toBe(true);
  expect(isSamePlan(shown, plan(8, [change("a"), change("b")]))).toBe(false);
  expect(isSamePlan(shown, plan(7, [change("a")]))).toBe(false);
  expect(isSamePlan(shown, plan(7, [change("a"), change("b", ["+ x"])]))).toBe(false);
  expect(isSamePlan(shown, plan(7, [change("a"), change("b")], [change("ada")]))).toBe(false);
  expect(isSamePlan(shown, plan(7, [change("a"), change("b")], []))).toBe(false);
});
