import type { Schema } from "../api";
import { Badge, type Column, Link, Time } from "../ui";
import { holderName } from "./holder";
import styles from "./holder.module.css";

export type Decided = Schema<"AccessReviewRecord">;

/** What was decided: a sign and a word. */
export function Decision({ decision }: { decision: Schema<"AccessReviewDecision"> }) {
  return decision === "certified" ? (
    <Badge icon="check" tone="allow">
      Certified
    </Badge>
  ) : (
    <Badge icon="ban">Revoked</Badge>
  );
}

/** A reviewer's name. */
export function reviewerName({ login, id, type }: Schema<"AccessReviewer">): string {
  return login ?? (id === "" ? type : id);
}

/** What was held, in a few words. */
export function heldThen({ role, team, to }: Schema<"AccessReviewHeld">): string {
  return `${team ? `team ${team}` : (role ?? "")} for ${holderName(to)}`;
}

const WHEN: Column<Decided> = { id: "at", title: "When", width: "110px", cell: ({ at }) => <Time value={at} /> };
const WHAT: Column<Decided> = { id: "decision", title: "Decision", width: "120px", cell: ({ decision }) => <Decision decision={decision} /> };
const BY: Column<Decided> = {
  id: "by",
  title: "By",
  width: "1.2fr",
  wrap: true,
  cell: ({ by, own }) => (
    <span>
      {by.type === "user" && by.id.startsWith("usr_") ? <Link to={`/users/${by.id}`}>{reviewerName(by)}</Link> : reviewerName(by)}
      {own && <small className={styles.small}>of their own access</small>}
    </span>
  ),
};
const WHY: Column<Decided> = { id: "reason", title: "Reason", width: "2fr", wrap: true, cell: ({ reason }) => reason };

/** The columns of decisions about one assignment. */
export const DECISIONS_OF_ONE: Column<Decided>[] = [WHAT, BY, WHY, WHEN];

/** The columns of the record of a tenant. */
export const DECISIONS: Column<Decided>[] = [
  { id: "held", title: "What was held", width: "1.8fr", wrap: true, cell: ({ held, assignment }) => <Link to={`/assignments/${assignment}`}>{heldThen(held)}</Link> },
  WHAT,
  BY,
  WHY,
  { ...WHEN, sort: "revision" },
];
