import { type ReactNode } from "react";
import { Icon, type IconName, Link, Skeleton, cx } from "../../ui";
import styles from "./home.module.css";
import { PLACES } from "./places";
import { AHEAD, REVIEWED, useBlocks, useDenials, useEndingAssignments, useEndingKeys, useHealth, useOpenAlerts, usePendingReviews } from "./reading";
import { faultsOf } from "./health";
import { counted, healthOf, noteOf, severeOf } from "./said";

interface NumberProps {
  label: string;
  icon: IconName;
  to: string;
  value: ReactNode;
  note: string;
  tone?: "allow" | "warn" | "deny" | undefined;
  isLoading: boolean;
}

function One({ label, icon, to, value, note, tone, isLoading }: NumberProps) {
  return (
    <Link className={styles.stat} to={to}>
      <span className={styles.statLabel}>
        <Icon name={icon} size={14} />
        {label}
      </span>
      <span className={cx(styles.statValue, tone && styles[tone])}>{isLoading ? <Skeleton height={26} width={48} /> : value}</span>
      <span className={styles.statNote}>{isLoading ? <Skeleton height={12} width="70%" /> : note}</span>
    </Link>
  );
}

/** How much there is of what needs attention. What somebody may not see is left out. */
export function Numbers() {
  const alerts = useOpenAlerts();
  const keys = useEndingKeys();
  const assignments = useEndingAssignments();
  const reviews = usePendingReviews();
  const blocks = useBlocks();
  const denials = useDenials();
  const health = useHealth();
  const said = healthOf(health.data, health.error, faultsOf(health.data));
  if (![alerts, keys, assignments, blocks, denials, health].some((one) => one.enabled)) return null;
  const severe = alerts.items.filter((alert) => alert.level === "high" || alert.level === "critical").length;
  return (
    <section aria-label="Numbers" className={styles.stats}>
      {alerts.enabled && (
        <One icon="bell" isLoading={alerts.isLoading} label="Open alerts" note={severeOf(alerts, severe)} to={PLACES.alerts} tone={alerts.error ? undefined : severe > 0 ? "deny" : alerts.items.length > 0 ? "warn" : undefined} value={counted(alerts)} />
      )}
      {keys.enabled && <One icon="key" isLoading={keys.isLoading} label="API keys ending" note={noteOf(keys, `Within ${AHEAD} days`)} to={PLACES.keys} tone={!keys.error && keys.items.length > 0 ? "warn" : undefined} value={counted(keys)} />}
      {assignments.enabled && (
        <One icon="role" isLoading={assignments.isLoading} label="Assignments ending" note={noteOf(assignments, `Within ${AHEAD} days`)} to={PLACES.assignments} tone={!assignments.error && assignments.items.length > 0 ? "warn" : undefined} value={counted(assignments)} />
      )}
      {reviews.enabled && (
        <One
          icon="eye"
          isLoading={reviews.isLoading}
          label="To be reviewed"
          note={reviews.count === undefined ? "Not known" : `Not within ${REVIEWED} days`}
          to={PLACES.reviews}
          tone={reviews.count ? "warn" : undefined}
          value={reviews.count === undefined ? "–" : `${reviews.count.toLocaleString("en")}${reviews.isWhole ? "" : "+"}`}
        />
      )}
      {blocks.enabled && <One icon="lock" isLoading={blocks.isLoading} label="Blocked now" note={noteOf(blocks, "Networks and accounts")} to={PLACES.blocks} tone={!blocks.error && blocks.items.length > 0 ? "warn" : undefined} value={counted(blocks)} />}
      {denials.enabled && <One icon="ban" isLoading={denials.isLoading} label="Denials" note={denials.all ? "In the last 24 hours" : "Not known"} to={PLACES.denials} value={denials.all ? `${denials.all.count}${denials.all.exact ? "" : "+"}` : "–"} />}
      {health.enabled && (
        <One
          icon="activity"
          isLoading={health.isPending}
          label="Health"
          note={said.note}
          to={PLACES.health}
          tone={said.tone}
          value={said.value}
        />
      )}
    </section>
  );
}
