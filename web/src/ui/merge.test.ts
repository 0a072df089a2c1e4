import { expect, it } from "vitest";
import { merged } from "./merge";

it("takes over what nobody typed in, and keeps what was typed", () => {
  const before = { name: "ops", title: "Ops", roles: ["a"] };
  expect(merged(before, { ...before, title: "Operations" }, { ...before, roles: ["a", "b"] })).toEqual({ name: "ops", title: "Operations", roles: ["a", "b"] });
});

it("keeps what was typed where both changed the same, within objects too", () => {
  const before = { webhook: { url: "one", secret: "s" }, level: "low" };
  const typed = { webhook: { url: "mine", secret: "s" }, level: "low" };
  const newer = { webhook: { url: "theirs", secret: "t" }, level: "high" };
  expect(merged(before, typed, newer)).toEqual({ webhook: { url: "mine", secret: "t" }, level: "high" });
});

it("keeps what was added and what was taken out", () => {
  const before: Record<string, string> = { name: "ops", title: "Ops", mail: "a" };
  expect(merged(before, { name: "ops", mail: "a", note: "new" }, { name: "ops", title: "Ops", mail: "b" })).toEqual({ name: "ops", mail: "b", note: "new" });
  expect(merged(before, { ...before, title: "Mine" }, { name: "ops", title: "Ops" })).toEqual({ name: "ops", title: "Mine" });
});

it("takes each text of a list for itself: what others took out does not come back, and what they put in stays", () => {
  expect(merged(["a", "b"], ["a", "b", "c"], ["a"])).toEqual(["a", "c"]);
  expect(merged({ roles: ["a", "b"] }, { roles: ["b"] }, { roles: ["a", "b", "d"] })).toEqual({ roles: ["b", "d"] });
  expect(merged<{ only?: string[] }>({}, { only: ["x"] }, { only: ["y", "x"] })).toEqual({ only: ["x", "y"] });
});

it("makes no list empty that nobody emptied, and leaves other lists as typed", () => {
  expect(merged(["a", "b"], ["a"], ["b"])).toEqual(["a"]);
  expect(merged<string[] | undefined>(["a"], undefined, ["a", "b"])).toBeUndefined();
  expect(merged([{ name: "a" }], [{ name: "b" }], [{ name: "c" }])).toEqual([{ name: "b" }]);
  expect(merged([8, 18], [9, 18], [8, 17])).toEqual([9, 18]);
});
