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
