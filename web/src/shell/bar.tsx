import { Link as RouterLink, useLocation, useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useAreRightsKnown, useMay, useMe } from "../api/me";
import { Icon } from "../ui/icon";
import { Kbd } from "../ui/kbd";
import { Link } from "../ui/link";
import { SkeletonLines } from "../ui/skeleton";
import { SECTIONS, SECTION_TITLES, type Areas, type NavEntry } from "./area";
import { Mark } from "./mark";
import { PersonMenu } from "./person-menu";
import styles from "./shell.module.css";
import { TenantMenu } from "./tenant-menu";

/** The entries that somebody may see, section by section; sections without any are left out. */
export function visible(nav: readonly NavEntry[], may: (permission: string | undefined) => boolean): { title: string; entries: NavEntry[] }[] {
  return SECTIONS.map((section) => ({
    title: SECTION_TITLES[section],
    entries: nav.filter((entry) => entry.section === section && may(entry.permission)).sort((a, b) => a.order - b.order),
  })).filter((section) => section.entries.length > 0);
}

/** Navigation: at the left, or in the drawer. */
export function Bar({ onPalette, onKeys }: { onPalette: () => void; onKeys: () => void }) {
  const { nav } = useRouter().options.context as Areas;
  const me = useMe();
  const path = useLocation({ select: (location) => location.pathname });
  const list = useRef<HTMLElement>(null);
  const isKnown = useAreRightsKnown();
  const sections = visible(nav, useMay());
  // What may be seen is known only after the first picture: the entry of the page is there from then on.
  const count = isKnown ? sections.length : 0;
  useEffect(() => {
    list.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  }, [path, count]);
  return (
    <>
      <Link className={styles.brand} to="/">
        <Mark className={styles.mark} />
        Casemate
      </Link>
      <button className={styles.jump} onClick={onPalette} type="button">
        <Icon name="search" />
        <span>Search or jump to</span>
        <span>
          <Kbd keys="mod k" />
        </span>
      </button>
      <nav aria-label="Main" className={styles.nav} ref={list}>
        {!isKnown && (
          <div className={styles.entriesToCome}>
            <SkeletonLines lines={12} />
          </div>
        )}
        {isKnown && sections.map(({ title, entries }) => (
          <div className={styles.section} key={title}>
            {title !== "" && <h2>{title}</h2>}
            <ul>
              {entries.map((entry) => (
                <li key={entry.to}>
                  <RouterLink activeOptions={{ exact: entry.to === "/", includeHash: false, includeSearch: false }} className={styles.entry} search={(before: object) => before} to={entry.to}>
                    <Icon name={entry.icon} />
                    {entry.title}
                  </RouterLink>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className={styles.foot}>
        <TenantMenu me={me} />
        <PersonMenu me={me} onKeys={onKeys} />
      </div>
    </>
  );
}
