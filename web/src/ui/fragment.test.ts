import { describe, expect, it } from "vitest";
import { readFragment, writeFragment } from "./fragment";

const DEFAULTS = { search: "", sort: "name" };

describe("a fragment", () => {
  it("says what is not as usual", () => {
    expect(writeFragment("", { search: "a&b=c #1" }, DEFAULTS)).toBe("search=a%26b%3Dc+%231");
    expect(writeFragment("#search=x&sort=-name", { sort: "name" }, DEFAULTS)).toBe("search=x");
    expect(writeFragment("#tab=history", { search: "x" }, DEFAULTS)).toBe("tab=history&search=x");
  });

  it("is read as it was written, and what it does not say is as usual", () => {
    expect(readFragment("#search=a%26b%3Dc+%231", DEFAULTS)).toEqual({ search: "a&b=c #1", sort: "name" });
    expect(readFragment("", DEFAULTS)).toEqual(DEFAULTS);
  });
});
