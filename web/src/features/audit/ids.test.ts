import { expect, it } from "vitest";
import { idsOf } from "./ids";

it("ids are what was typed, and no others", () => {
  expect(idsOf("71, 72,")).toEqual({ ids: [71, 72], strange: [] });
  expect(idsOf(" ,71\n72 71 ")).toEqual({ ids: [71, 72], strange: [] });
  expect(idsOf("0")).toEqual({ ids: [0], strange: [] });
  expect(idsOf("")).toEqual({ ids: [], strange: [] });
});

it("words that are no ids are told, not left out", () => {
  expect(idsOf("71 x72 7e2 -1 1.5 0x10 99999999999999999999")).toEqual({ ids: [71], strange: ["x72", "7e2", "-1", "1.5", "0x10", "99999999999999999999"] });
});
