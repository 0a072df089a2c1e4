import type { Schema } from "../../api";

type Plan = Schema<"PolicyReverted">;

/** Whether two plans of setting back would do the same to the same revision. The order in which they say it does not count. */
export function isSamePlan(a: Plan, b: Plan): boolean {
  const said = ({ revision, changes, people, left }: Plan) => JSON.stringify([revision, ...[changes, people ?? [], left].map((part) => part.map((one) => JSON.stringify(one)).sort()), !people]);
  return said(a) === said(b);
}
