import { describe, expect, it } from "vitest";
import { expanded, intersects } from "./overlap";

describe("patterns", () => {
  it("meet where a name matches both", () => {
    expect(intersects("shop.*", "shop.order.*")).toBe(true);
    expect(intersects("shop.order.{list,read}", "shop.order.*")).toBe(true);
    expect(intersects("shop.order.rea?", "shop.order.read")).toBe(true);
    expect(intersects("shop.p*", "shop.order.*")).toBe(false);
    expect(intersects("shop.order", "shop.order.*")).toBe(false);
    expect(intersects("*", "casemate.role.list")).toBe(false);
    expect(intersects("casemate.*", "casemate.role.list")).toBe(true);
    expect(intersects("shop.?", "shop..")).toBe(false);
  });

  it("are expanded, also where braces stand in braces, and refused where they do not close", () => {
    expect(expanded("a.{b,c{d,e}}.f")).toEqual(["a.b.f", "a.cd.f", "a.ce.f"]);
    expect(expanded("a.{b")).toBeUndefined();
    expect(expanded("{1,2}".repeat(11))).toBeUndefined();
  });
});
