import { EmptyState, ErrorState, Link, Panel, SkeletonLines, useIsPage } from "../../ui";
import styles from "./home.module.css";
import { PLACES, denialsOf } from "./places";
import { useDenials } from "./reading";

/** How many denials each application had in the last 24 hours. */
export function Denials() {
  const { enabled, isLoading, error, each, all } = useDenials();
  const isThere = useIsPage(PLACES.denials);
  if (!enabled || (!isLoading && each.length === 0)) return null;
  const most = Math.max(1, ...each.map((one) => one.count ?? 0));
  const sorted = [...each].sort((a, b) => (b.count ?? -1) - (a.count ?? -1));
  return (
    <Panel actions={isThere && <Link to={PLACES.denials}>View all</Link>} icon="ban" title="Denials by application, last 24 hours">
      {error ? (
        <ErrorState compact error={error} />
      ) : isLoading ? (
        <SkeletonLines lines={3} />
      ) : all?.count === 0 ? (
        <EmptyState compact icon="check" title="Nobody was refused">
          No application asked about something that was denied.
        </EmptyState>
      ) : (
        <ul className={styles.bars}>
          {sorted.map(({ application, namespace, count }) => (
            <li className={styles.bar} key={namespace}>
              <span className={styles.barName}>
                <Link to={denialsOf(namespace)}>{application}</Link>
              </span>
              <span aria-hidden="true" className={styles.track}>
                <span className={styles.fill} style={{ width: `${(100 * (count ?? 0)) / most}%` }} />
              </span>
              <span className={styles.number}>{count?.toLocaleString("en") ?? "–"}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
