import { describe, expect, it } from "vitest";
import type { Schema } from "../../api";
import { ofReview, once } from "./rows";

const held = (changes: Partial<Schema<"AccessReviewEntry">>): Schema<"AccessReviewEntry"> => ({
  assignment: "asg_1",
  holder: { provider: "casemate", type: "group", id: "ops" },
  roles: ["reader"],
  role: "reader",
  state: "in_force",
  since: "2026-11-01T00:00:00Z",
  revision: 1,
  ...changes,
});

describe("lines of the list of assignments", () => {
  it("say the group, not its members, as whom something is assigned to", () => {
    const row = ofReview(held({ group: "ops", holder: { provider: "corp", type: "user", id: "u1", login: "ada", display_name: "Ada" } }));
    expect(row.document.to.group).toBe("ops");
    expect(row.member).toBe("Ada");
  });

  it("stand once for each assignment, as it was found first", () => {
    const group = ofReview(held({}));
    const member = ofReview(held({ group: "ops", holder: { provider: "corp", type: "user", id: "u1", login: "ada" } }));
    const other = ofReview(held({ assignment: "asg_2" }));
    expect(once([group, member, other]).map((row) => [row.id, row.member])).toEqual([
      ["asg_1", undefined],
      ["asg_2", undefined],
    ]);
  });

  it("begin in the future only where they do not count yet", () => {
    expect(ofReview(held({})).document.from).toBeUndefined();
    expect(ofReview(held({ state: "not_yet" })).document.from).toBe("2026-11-01T00:00:00Z");
  });
});
