import { Link } from "../ui";
import styles from "./permission-columns.module.css";
import { type Origin, waysOf } from "./ways";

/** Through what somebody holds a permission, with links. */
export function Through({ origin }: { origin: Origin }) {
  return (
    <ul className={styles.ways}>
      {waysOf(origin).map(({ kind, name, to }) => (
        <li key={`${kind} ${name}`}>
          <span className={styles.quiet}>{kind}</span> {to ? <Link to={to}>{name}</Link> : name}
        </li>
      ))}
    </ul>
  );
}
