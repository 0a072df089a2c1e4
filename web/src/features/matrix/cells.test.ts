import { expect, it } from "vitest";
import { type Column, type Found, asCsv, rowsOf, wordOf } from "./cells";

const found = (id: string, decision: "allowed" | "conditional"): Found => ({ subject: { provider: "casemate", type: "user", id }, decision, reason_code: "x" });

it("says of nobody that they are not allowed where not everybody was asked about", () => {
  const columns: Column[] = [
    { action: "a.read", entries: [found("ada", "allowed"), found("=cmd", "conditional")], isCut: false, outside: [] },
    { action: "a.write", entries: [found("ada", "allowed")], isCut: true, outside: [] },
  ];
  const rows = rowsOf(columns);
  const cmd = rows.find((row) => row.subject.id === "=cmd");
  expect(cmd && columns.map((column) => wordOf(cmd, column))).toEqual(["conditional", "not known"]);
  expect(asCsv(rows, columns)).toContain("user,casemate,'=cmd,,conditional,not known");
});
