import { useRouter } from "@tanstack/react-router";
import { useMay } from "../../api";
import type { Areas } from "../../shell/area";
import { visible } from "../../shell/bar";
import { Icon, Link } from "../../ui";
import styles from "./home.module.css";

/** Pages that somebody may go to who has nothing to watch, and what they hold. */
export function Places() {
  const { nav } = useRouter().options.context as Areas;
  const sections = visible(nav, useMay());
  const entries = sections.flatMap(({ title, entries: of }) => of.filter(({ to }) => to !== "/").map(({ title: name, to, icon }) => ({ title: name, to, icon, section: title })));
  return (
    <ul className={styles.places}>
      {[...entries, { title: "Your access", to: "/who-am-i", icon: "role" as const, section: "What you hold, and through what" }].map(({ title, to, icon, section }) => (
        <li key={to}>
          <Link className={styles.place} to={to}>
            <Icon name={icon} />
            <span>
              {title}
              <span className={styles.note}>{section}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
