import { expect, it } from "vitest";
import { canTakeBack, doneOf, startOf, whatIsLeft, whyNot } from "./words";

const by = { provider: "casemate", type: "user", id: "usr_1" };
const review = (until?: string) => ({ assignment: "asg_1", decision: "revoked" as const, at: "2026-11-23T10:00:00Z", by, reason: "x", own: false, revision: 1, change: 2, held: { role: "reader", to: {}, roles: [], ...(until ? { until } : {}) } });

it("counts what was revoked as decided, and as assigned before", () => {
  expect(doneOf({ assignments: 10, certified: 4, revoked: 2 })).toEqual({ done: 6, of: 12 });
  expect(startOf("30", Date.parse("2026-11-23T23:59:59+02:00"))).toBe("2026-10-24T00:00:00Z");
});

it("gives again what would have lasted, and nothing else", () => {
  const revoked = { assignment: "asg_1", outcome: "done" as const };
  expect(canTakeBack({ ...revoked, review: review() })).toBe(true);
  expect(canTakeBack({ ...revoked, review: review("2026-11-24T00:00:00+09:00") })).toBe(true);
  expect(canTakeBack({ ...revoked, review: review("2026-11-23T11:00:00+09:00") })).toBe(false);
  expect(canTakeBack({ ...revoked, review: { ...review(), decision: "certified" } })).toBe(false);
  expect(canTakeBack({ assignment: "asg_1", outcome: "changed", revision: 7 })).toBe(false);
});

it("says why something was not decided", () => {
  const problem = { status: 409, code: "last_administrator", title: "Nobody would administer", detail: "Assign it to another first" };
  expect(whyNot({ assignment: "asg_1", outcome: "refused", problem })).toBe("Nobody would administer – Assign it to another first");
  expect(whyNot({ assignment: "asg_1", outcome: "changed", revision: 7 })).toContain("changed since");
});

it("says what Undo left as others made it", () => {
  expect(whatIsLeft(1, 1)).toBe("It was changed since, and is left as it is");
  expect(whatIsLeft(1, 2)).toBe("1 of 2 was changed since, and is left as it is");
  expect(whatIsLeft(3, 3)).toBe("All were changed since, and are left as they are");
});
