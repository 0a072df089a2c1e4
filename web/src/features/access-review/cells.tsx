import { Decision, reviewerName } from "../../access/decisions";
import { Badge, Icon, Link, Status, Time } from "../../ui";
import styles from "./access-review.module.css";
import type { Entry } from "./act";
import { nameOf } from "./words";

/** Whoever holds something. */
export function Holder({ entry }: { entry: Entry }) {
  const { holder } = entry;
  const isUser = holder.type === "user" && holder.id?.startsWith("usr_");
  return (
    <span className={styles.holder}>
      <Icon name={holder.type === "group" ? "group" : holder.type === "service" ? "robot" : "user"} />
      <span>
        {isUser ? <Link to={`/users/${holder.id}`}>{nameOf(entry)}</Link> : nameOf(entry)}
        {holder.type === "group" && <small className={styles.small}>group of {holder.provider || "no provider"}</small>}
        {holder.display_name && holder.login && <small className={styles.small}>{holder.display_name}</small>}
      </span>
    </span>
  );
}

/** What they hold, through what, and for what reason it was given. */
export function What({ entry }: { entry: Entry }) {
  const { role, team, group, roles, state, reason } = entry;
  const others = roles.filter((name) => name !== role);
  return (
    <span>
      <Link to={`/assignments/${entry.assignment}`}>{role ?? `team ${team}`}</Link> {state !== "in_force" && (state === "over" ? <Status state="expired">Over</Status> : <Badge icon="clock">Not yet</Badge>)}
      {group && <small className={styles.small}>through group {group}</small>}
      {others.length > 0 && <small className={styles.small}>with {others.join(", ")}</small>}
      {reason && <small className={styles.small}>given for: {reason}</small>}
    </span>
  );
}

/** What was decided about it last, by the record alone. */
export function Review({ entry: { review } }: { entry: Entry }) {
  if (!review) return <span className={styles.small}>Never reviewed</span>;
  return (
    <span>
      {review.holds ? (
        <Decision decision={review.decision} />
      ) : (
        <Badge icon="alert" tone="warn">
          Changed since
        </Badge>
      )}
      <small className={styles.small}>
        {!review.holds && `${review.decision} `}
        by {reviewerName(review.by)}
        {review.own && ", of their own access"}, <Time value={review.at} />
      </small>
      <small className={styles.small}>{review.reason}</small>
    </span>
  );
}
