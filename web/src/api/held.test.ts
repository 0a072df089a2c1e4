import { expect, it } from "vitest";
import { hold, isHeld } from "./held";

it("a page is held until the last that holds it lets go, and each lets go once", () => {
  const [dialog, form] = [hold(), hold()];
  dialog();
  dialog();
  expect(isHeld()).toBe(true);
  form();
  expect(isHeld()).toBe(false);
});
