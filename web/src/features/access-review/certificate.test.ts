import { expect, it } from "vitest";
import { certificateOf, isWithin, written } from "./certificate";

it("keeps what an assignment was given for, however often it is certified", () => {
  const first = written("Certified", { by: "grace@example.com", note: "still needed", day: "2026-11-23", reason: "Covers for Tony" });
  expect(first).toBe("Certified 2026-11-23 by grace@example.com: still needed | Covers for Tony");
  const second = written("Certified", { by: "ada@example.com", note: "", day: "2027-02-01", reason: first });
  expect(certificateOf(second)).toEqual({ verb: "Certified", day: "2027-02-01", by: "ada@example.com", note: "", before: "Covers for Tony" });
  expect(certificateOf("Covers for Tony")).toBeUndefined();
  expect(certificateOf(written("Revoked", { by: "a|b:c", note: "x | y", day: "2027-02-01", reason: null }))).toMatchObject({ by: "a/b c", note: "x / y", before: "" });
});

it("counts no day that is yet to come", () => {
  expect(isWithin("2026-11-23", "2026-08-25", "2026-11-23")).toBe(true);
  expect(isWithin("2026-08-24", "2026-08-25", "2026-11-23")).toBe(false);
  expect(isWithin("2099-01-01", "2026-08-25", "2026-11-23")).toBe(false);
});
