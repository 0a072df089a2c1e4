import { Fragment } from "react";
import { Actor } from "./actor";
import { shortId } from "./id";

/** Fields of events by which rules group, as pages call them. */
const FIELDS: Record<string, string> = {
  tenant: "Tenant",
  area: "Area",
  action: "Action",
  outcome: "Outcome",
  "actor.id": "Who",
  "actor.type": "Kind",
  "actor.provider": "Provider",
  "actor.credential": "Credential",
  "subject.id": "About",
  "resource.id": "On",
  "resource.type": "Kind of thing",
  "request.client": "Address",
};

/** What such a field is called. */
export const fieldOf = (field: string): string => FIELDS[field] ?? (/^[a-z]+$/.test(field) ? field.charAt(0).toUpperCase() + field.slice(1) : field);

/** By what the rule groups events: `actor.id usr_…`. */
function groupText(group: readonly { field: string; value: string }[]): string {
  return group.map(({ field, value }) => `${field} ${value}`).join(", ");
}

/** Whether a value stands beside an id that says the same more exactly. */
const isBeside = (field: string, group: readonly { field: string }[]): boolean => field.endsWith(".provider") && group.some((one) => one.field === field.replace(/provider$/, "id"));

/** Whom and what an alert is about, in a line: people by their login. */
export function About({ group }: { group: readonly { field: string; value: string }[] }) {
  const said = group.filter(({ field, value }) => value !== "" && field !== "tenant" && !isBeside(field, group));
  const shown = said.length > 0 ? said : group.filter(({ value }) => value !== "");
  return (
    <span title={groupText(group)}>
      {shown.length === 0 && "The whole installation"}
      {shown.map(({ field, value }, index) => (
        <Fragment key={field}>
          {index > 0 && " · "}
          {value.startsWith("usr_") ? <Actor id={value} /> : shortId(value)}
        </Fragment>
      ))}
    </span>
  );
}
