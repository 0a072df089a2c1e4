import { expect, it } from "vitest";
import { type Checked, logVerdictOf, skippedOf, verdictOf } from "./verdict";

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

it("says of a checkpoint only what was found of that one, and does not forget what failed", () => {
  const of = (text: string, isProved: boolean, from: Checked["from"]) => logVerdictOf({ text, isProved, from }, "162").says;
  expect(logVerdictOf(undefined, "162").is).toBe("unknown");
  expect(of("162", true, "pasted")).toBe("Signature verified");
  expect(of("162", true, "server")).toBe("Agrees with itself");
  expect(of("160", true, "pasted")).toBe("Signature not checked yet");
  expect(of("162", false, "pasted")).toBe("Check failed");
  expect(of("160", false, "server")).toBe("Check failed");
});
