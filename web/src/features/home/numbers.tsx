import { type ReactNode } from "react";
import { Icon, type IconName, Link, Skeleton, cx } from "../../ui";
import styles from "./home.module.css";
import { PLACES } from "./places";
import { AHEAD, useBlocks, useDenials, useEndingAssignments, useEndingKeys, useHealth, useOpenAlerts } from "./reading";
import { faultsOf } from "./health";

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

/** A number of a list that is read to a bound. */
function counted({ items, hasMore }: { items: readonly unknown[]; hasMore: boolean }): string {
  return hasMore ? `${items.length}+` : String(items.length);
}

/** How much there is of what needs attention. What somebody may not see is left out. */
export function Numbers() {
  const alerts = useOpenAlerts();
  const keys = useEndingKeys();
  const assignments = useEndingAssignments();
  const blocks = useBlocks();
  const denials = useDenials();
  const health = useHealth();
  const faults = faultsOf(health.data);
  if (![alerts, keys, assignments, blocks, denials, health].some((one) => one.enabled)) return null;
  const severe = alerts.items.filter((alert) => alert.level === "high" || alert.level === "critical").length;
  return (
    <section aria-label="Numbers" className={styles.stats}>
      {alerts.enabled && (
        <One icon="bell" isLoading={alerts.isLoading} label="Open alerts" note={severe > 0 ? `${severe} high or critical` : "Nothing severe"} to={PLACES.alerts} tone={severe > 0 ? "deny" : alerts.items.length > 0 ? "warn" : undefined} value={counted(alerts)} />
      )}
      {keys.enabled && <One icon="key" isLoading={keys.isLoading} label="API keys ending" note={`Within ${AHEAD} days`} to={PLACES.keys} tone={keys.items.length > 0 ? "warn" : undefined} value={counted(keys)} />}
      {assignments.enabled && (
        <One icon="role" isLoading={assignments.isLoading} label="Assignments ending" note={`Within ${AHEAD} days`} to={PLACES.assignments} tone={assignments.items.length > 0 ? "warn" : undefined} value={counted(assignments)} />
      )}
      {blocks.enabled && <One icon="lock" isLoading={blocks.isLoading} label="Blocked now" note="Networks and accounts" to={PLACES.blocks} tone={blocks.items.length > 0 ? "warn" : undefined} value={counted(blocks)} />}
      {denials.enabled && <One icon="ban" isLoading={denials.isLoading} label="Denials" note="In the last 24 hours" to={PLACES.denials} value={denials.all ? `${denials.all.count}${denials.all.exact ? "" : "+"}` : "–"} />}
      {health.enabled && (
        <One
          icon="activity"
          isLoading={health.isPending}
          label="Health"
          note={faults.length === 0 ? "Everything answers" : (faults[0] ?? "")}
          to={PLACES.health}
          tone={health.data?.ready === false || health.error ? "deny" : faults.length > 0 ? "warn" : "allow"}
          value={health.error ? "Unknown" : health.data?.ready === false ? "Not ready" : faults.length > 0 ? "Degraded" : "Ready"}
        />
      )}
    </section>
  );
}
