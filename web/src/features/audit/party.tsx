import { Icon, type IconName, Id, Link, TooltipText, shortId } from "../../ui";
import styles from "./audit.module.css";
import type { Event } from "./events";
import type { Somebody } from "./names";

const ICONS: Record<string, IconName> = { user: "user", service: "robot", "api-key": "key", anonymous: "eye", system: "monitor", group: "group" };

const PAGES: Record<string, string> = {
  user: "/users",
  group: "/groups",
  role: "/roles",
  team: "/teams",
  application: "/applications",
  assignment: "/assignments",
  "service-account": "/service-accounts",
  provider: "/providers",
  tenant: "/tenants",
  alert: "/alerts",
  detection: "/detections",
  "audit-sink": "/audit-sinks",
};

/** The console's page of somebody, where there is one. */
export function pageOf(type: string, id: string): string | undefined {
  if (id === "") return undefined;
  if (type === "service") return `/service-accounts/${id}`;
  const page = PAGES[type];
  return page === undefined ? undefined : `${page}/${id}`;
}

const NOBODY: Record<string, string> = { anonymous: "Nobody known", system: "Casemate" };

/** Somebody in a list: a sign of what they are, and a name where it is known. */
export function Party({ who, names, plain }: { who: Somebody; names: ReadonlyMap<string, string>; /** Without its sign. */ plain?: boolean }) {
  const name = names.get(who.id);
  const text = name ?? (who.id === "" ? (NOBODY[who.type] ?? who.type) : shortId(who.id));
  return (
    <TooltipText text={[who.type, who.provider, who.id, who.credential].filter(Boolean).join(" · ")}>
      <span className={styles.party} role="note" tabIndex={-1}>
        {!plain && <Icon name={ICONS[who.type] ?? "user"} size={14} />}
        <span className={name === undefined && who.id !== "" ? styles.mono : undefined}>{text}</span>
      </span>
    </TooltipText>
  );
}

/** Somebody in details: whole, with a link to their page. */
export function PartyWhole({ who, names }: { who: Somebody; names: ReadonlyMap<string, string> }) {
  const name = names.get(who.id);
  const page = pageOf(who.type, who.id);
  const shown = name ?? (who.id === "" ? (NOBODY[who.type] ?? who.type) : undefined);
  return (
    <span className={styles.whole}>
      <Icon name={ICONS[who.type] ?? "user"} size={14} />
      {shown !== undefined && (page ? <Link to={page}>{shown}</Link> : <span>{shown}</span>)}
      {who.id !== "" && <Id value={who.id} />}
      <span className={styles.faint}>{[who.type, who.provider === "" || who.provider === who.type ? "" : `of ${who.provider}`].filter(Boolean).join(" ")}</span>
    </span>
  );
}

/** What something was done to, in a list. */
export function Thing({ event, names }: { event: Event; names: ReadonlyMap<string, string> }) {
  const { type, id } = event.resource;
  const name = names.get(id);
  return (
    <TooltipText text={[type, id].filter(Boolean).join(" · ")}>
      <span className={styles.party} role="note" tabIndex={-1}>
        <span>{type}</span>
        {id !== "" && <span className={name === undefined ? styles.monoFaint : styles.faint}>{name ?? id}</span>}
      </span>
    </TooltipText>
  );
}

/** What something was done to, in details. */
export function ThingWhole({ event, names }: { event: Event; names: ReadonlyMap<string, string> }) {
  const { type, id } = event.resource;
  const page = pageOf(type, id);
  const name = names.get(id);
  return (
    <span className={styles.whole}>
      {page ? <Link to={page}>{name ?? type}</Link> : <span>{name ?? type}</span>}
      {id !== "" && <Id value={id} />}
      {name !== undefined && <span className={styles.faint}>{type}</span>}
    </span>
  );
}
