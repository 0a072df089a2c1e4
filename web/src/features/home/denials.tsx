import { ErrorState, Link, Panel, Skeleton, useIsPage } from "../../ui";
import styles from "./home.module.css";
import { PLACES, denialsOf } from "./places";
import { useDenials } from "./reading";

/** How many denials each application had in the last 24 hours. */
export function Denials() {
  const { enabled, isLoading, error, each } = useDenials();
  const isThere = useIsPage(PLACES.denials);
  if (!enabled || (!error && each.length === 0)) return null;
  const most = Math.max(1, ...each.map((one) => one.count ?? 0));
  const sorted = [...each].sort((a, b) => (b.count ?? -1) - (a.count ?? -1));
  return (
    <Panel actions={isThere && <Link to={PLACES.denials}>View all</Link>} icon="ban" title="Denials by application, last 24 hours">
      {error ? (
        <ErrorState compact error={error} />
      ) : (
        <ul className={styles.bars}>
          {sorted.map(({ application, namespace, count }) => (
            <li className={styles.bar} key={namespace}>
              <span className={styles.barName}>
                <Link to={denialsOf(namespace)}>{application}</Link>
              </span>
              <span aria-hidden="true" className={styles.track}>
                {count !== undefined && count > 0 && <span className={styles.fill} style={{ width: `${(100 * count) / most}%` }} />}
              </span>
              <span className={styles.number}>{isLoading ? <Skeleton /> : (count?.toLocaleString("en") ?? "–")}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
