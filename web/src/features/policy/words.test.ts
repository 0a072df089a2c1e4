import { expect, it } from "vitest";
import { objectName, summaryText } from "./words";

it("says what was changed as somebody would say it", () => {
  expect(summaryText("create the audit-sink siem")).toBe("Created audit sink siem");
  expect(summaryText('create the assignment ["catalogue","casemate","","login","grace@example.com",""]')).toBe("Created assignment catalogue to grace@example.com");
  expect(summaryText('delete the assignment ["order-clerk","corp","","group","finance",""]')).toBe("Deleted assignment order-clerk to group finance of corp");
  expect(summaryText("users and groups")).toBe("Changed users and groups");
  expect(summaryText("set back to revision 12")).toBe("Set back to revision 12");
  expect(summaryText("steer the audit sink siem")).toBe("Steer the audit sink siem");
});

it("leaves a name that is no list as it is", () => {
  expect(objectName("assignment", '["team","helpdesk","casemate","","group","support",""]')).toBe("helpdesk to group support");
  expect(objectName("role", "[draft")).toBe("[draft");
  expect(objectName("role", "order-clerk")).toBe("order-clerk");
});
