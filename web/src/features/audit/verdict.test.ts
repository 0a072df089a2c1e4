import { expect, it } from "vitest";
import { type Checked, skippedOf, verdictOf } from "./verdict";

const checked = (from: Checked["from"], verdict: string, went?: string) =>
  ({ from, event: { verdict, steps: [{ step: "cosignatures", outcome: "skipped", says: "" }] }, went: went && { verdict: went, steps: [], summary: "" } }) as unknown as Checked;

it("is called proved only with a key that did not come from the server", () => {
  expect(verdictOf(checked("pasted", "proved")).says).toBe("Proved");
  expect(verdictOf(checked("server", "proved")).says).toBe("Agrees with itself");
  expect(verdictOf(checked("server", "proved", "proved")).is).toBe("agrees");
  expect(verdictOf(checked("pasted", "refuted")).is).toBe("not");
  expect(verdictOf(checked("pasted", "proved", "refuted")).is).toBe("not");
});

it("names the steps that were left out", () => {
  expect(skippedOf(checked("pasted", "proved"))).toEqual(["Witnesses", "Consistency"]);
  expect(skippedOf(checked("pasted", "proved", "proved"))).toEqual(["Witnesses"]);
});
