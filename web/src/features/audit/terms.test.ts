import { describe, expect, it } from "vitest";
import { ALL_BUT_READS, NOTHING, bodyOf, eventsLink, isSought, resourceOf, termsOf } from "./terms";

const NOW = Date.parse("2026-11-23T18:30:42.123Z");

describe("terms of a search", () => {
  it("send nothing where nothing is said", () => {
    expect(bodyOf(NOTHING, NOW)).toEqual({});
    expect(isSought(NOTHING)).toBe(false);
  });
  it("count a time back from the beginning of a minute, so that the same is asked for again", () => {
    expect(bodyOf({ ...NOTHING, range: "1h", since: "2020-01-01T00:00:00Z", until: "2020-01-02T00:00:00Z" }, NOW)).toEqual({ since: "2026-11-23T17:30:00.000Z" });
  });
  it("name a tenant in what is typed, and look everywhere for it", () => {
    expect(bodyOf({ ...NOTHING, search: "outcome:denied", tenant: "acme" }, NOW)).toEqual({ search: "outcome:denied tenant:acme", everywhere: true });
  });
  it("read a resource as a type, an id, or both", () => {
    expect(resourceOf("role:rol_1")).toEqual({ resource_type: "role", resource_id: "rol_1" });
    expect(resourceOf("order:A:7")).toEqual({ resource_type: "order", resource_id: "A:7" });
    expect(resourceOf("role")).toEqual({ resource_type: "role" });
    expect(resourceOf("rol_1")).toEqual({ resource_id: "rol_1" });
    expect(resourceOf("")).toEqual({});
  });
  it("come back from a search that was kept", () => {
    const search = { actor: "usr_1", resource_type: "role", resource_id: "rol_1", outcome: "denied", since: "2026-11-01T00:00:00Z", installation: true, request_id: "r" };
    expect(bodyOf(termsOf(search), NOW)).toEqual(search);
  });
  it("leave what was read out, also of counts, exports and what is kept", () => {
    const search = bodyOf({ ...NOTHING, kind: ALL_BUT_READS }, NOW);
    expect(search).toEqual({ not_kinds: ["read"] });
    expect(bodyOf(termsOf(search), NOW)).toEqual(search);
  });
  it("make links", () => {
    expect(eventsLink({ actor: "usr_1", resource: "role:rol_1" })).toBe("/audit/events#actor=usr_1&resource=role%3Arol_1");
  });
});
