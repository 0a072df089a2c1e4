import type { Schema } from "../api";
import { Badge, Link, Status, useNow } from "../ui";

type Document = Schema<"AssignmentEntry">;

/** How near an end is said to be soon, in milliseconds. */
const SOON = 14 * 86_400_000;

export type AssignmentState = "future" | "active" | "expiring" | "expired";

/** Whether an assignment counts at a time. */
export function stateOf({ from, until }: Pick<Document, "from" | "until">, now: number): AssignmentState {
  const end = until ? Date.parse(until) : Infinity;
  if (end <= now) return "expired";
  if (from && Date.parse(from) > now) return "future";
  return end - now <= SOON ? "expiring" : "active";
}

/** Whether an assignment counts now, with a word. */
export function AssignmentStatus({ document }: { document: Document }) {
  const state = stateOf(document, useNow());
  return state === "future" ? (
    <Badge icon="clock" tone="accent">
      Not yet
    </Badge>
  ) : (
    <Status state={state} />
  );
}

/** What is assigned: a role or a team, with a link. */
export function What({ document }: { document: Document }) {
  const name = document.role ?? document.team ?? "";
  return (
    <>
      <Link to={`/${document.role ? "roles" : "teams"}#search=${encodeURIComponent(name)}`}>{name}</Link>
      {document.team && (
        <>
          {" "}
          <Badge>Team</Badge>
        </>
      )}
    </>
  );
}

/** What is assigned, in plain words. */
export function whatName(document: Document): string {
  return document.role ?? `team ${document.team ?? ""}`;
}
