import { expect, it } from "vitest";
import { changesOf } from "./changes";

it("compares member by member, and marks what is hidden", () => {
  const before = { active: true, login: "hmac-sha256:ede9ab967048cd3c:UCHOdtzqjitcv62q", to: { role: "a" }, groups: ["x"] };
  const after = { active: false, login: "hmac-sha256:ede9ab967048cd3c:7DHOdtzqjitcv62q", to: { role: "a" }, groups: ["x", "y"], name: "withheld" };
  expect(changesOf(before, after)).toEqual([
    { path: "active", before: { kind: "text", text: "true" }, after: { kind: "text", text: "false" }, differs: true },
    { path: "groups", before: { kind: "text", text: '["x"]' }, after: { kind: "text", text: '["x","y"]' }, differs: true },
    { path: "login", before: { kind: "hidden", mark: "UCHOdtzq" }, after: { kind: "hidden", mark: "7DHOdtzq" }, differs: true },
    { path: "name", before: { kind: "absent" }, after: { kind: "hidden", mark: "withheld" }, differs: true },
    { path: "to.role", before: { kind: "text", text: "a" }, after: { kind: "text", text: "a" }, differs: false },
  ]);
});

it("tells of what was made, and of what went", () => {
  expect(changesOf(undefined, { permissions: [{ name: "a" }, { name: "b" }] }).map((change) => change.path)).toEqual(["permissions[0].name", "permissions[1].name"]);
  expect(changesOf({ name: "a" }, undefined)).toEqual([{ path: "name", before: { kind: "text", text: "a" }, after: { kind: "absent" }, differs: true }]);
  expect(changesOf(undefined, undefined)).toEqual([]);
});
