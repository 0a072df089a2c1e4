import { describe, expect, it } from "vitest";
import { relativeTime } from "./relative";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const from = (time: string) => relativeTime(Date.parse(time), NOW);

describe("a time", () => {
  it("is told by how far away it is", () => {
    expect(from("2026-11-23T11:59:40Z")).toBe("just now");
    expect(from("2026-11-23T12:00:40Z")).toBe("in a moment");
    expect(from("2026-11-23T11:58:00Z")).toBe("2 minutes ago");
    expect(from("2026-11-22T11:00:00Z")).toBe("yesterday");
    expect(from("2026-11-28T13:00:00Z")).toBe("in 5 days");
  });
});
