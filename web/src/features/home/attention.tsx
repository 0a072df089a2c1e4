import type { ReactNode } from "react";
import type { Schema } from "../../api";
import { ErrorState, Icon, type IconName, Link, Panel, Skeleton, Status, Time, cx, isState, useIsPage } from "../../ui";
import styles from "./home.module.css";
import { PLACES } from "./places";
import { AHEAD, SHOWN, useBlocks, useEndingAssignments, useEndingKeys, useOpenAlerts } from "./reading";

interface List<T> {
  enabled: boolean;
  items: T[];
  isLoading: boolean;
  hasMore: boolean;
  error: unknown;
  retry: () => void;
}

/** A panel with the first few of a list, and the way to all of it. */
export function Few<T>({ title, icon, list, all, none, row, id }: { title: string; icon: IconName; list: List<T>; all: string; none: string; row: (item: T) => ReactNode; id: (item: T) => string | number }) {
  const isThere = useIsPage(all);
  if (!list.enabled) return null;
  return (
    <Panel actions={isThere && list.items.length > 0 && <Link to={all}>View all</Link>} flush icon={icon} title={title}>
      {list.error !== null && list.items.length === 0 ? (
        <ErrorState compact error={list.error} onRetry={list.retry} />
      ) : list.isLoading ? (
        <div className={styles.row}>
          <Skeleton height={24} width={24} />
          <Skeleton width="60%" />
        </div>
      ) : list.items.length === 0 ? (
        <p className={styles.none}>
          <Icon name="circleCheck" />
          {none}
        </p>
      ) : (
        <ul className={styles.rows}>
          {list.items.slice(0, SHOWN).map((item) => (
            <li key={id(item)}>{row(item)}</li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** A line of a panel: a sign, what it is, and when. */
export function Row({ icon, tone, what, note, when }: { icon: IconName; tone?: "deny" | "warn" | "allow" | undefined; what: ReactNode; note?: ReactNode; when: ReactNode }) {
  return (
    <div className={styles.row}>
      <span className={cx(styles.sign, tone === "deny" && styles.signDeny, tone === "warn" && styles.signWarn, tone === "allow" && styles.signAllow)}>
        <Icon name={icon} size={14} />
      </span>
      <span className={styles.what}>
        <span className={styles.called}>{what}</span>
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </span>
      <span className={styles.when}>{when}</span>
    </div>
  );
}

function isSevere(alert: Schema<"Alert">): boolean {
  return alert.level === "high" || alert.level === "critical";
}

/** What somebody is called who holds something. */
function holder({ holder: { login, display_name, id, type } }: Schema<"AccessReviewEntry">): string {
  return type === "group" ? `Group ${id ?? ""}` : (login ?? display_name ?? id ?? type);
}

function what(block: Schema<"Block">): string {
  return block.login ?? block.what ?? block.service_account ?? block.network?.replace(/\/(32|128)$/, "") ?? block.kind;
}

/** A list that was read, and in which nothing is. */
function isQuiet({ enabled, isLoading, error, items }: List<unknown>): boolean {
  return enabled && !isLoading && error === null && items.length === 0;
}

/** Open alerts, what ends soon, and what is blocked; what is quiet says so in a line. */
export function Attention() {
  const alerts = useOpenAlerts();
  const keys = useEndingKeys();
  const assignments = useEndingAssignments();
  const blocks = useBlocks();
  const asked = [alerts, keys, assignments, blocks].filter((list) => list.enabled).length;
  const quiet = [
    isQuiet(alerts) && "No alert is open.",
    isQuiet(keys) && `No API key ends within ${AHEAD} days.`,
    isQuiet(assignments) && `No assignment ends within ${AHEAD} days.`,
    isQuiet(blocks) && "No network and no account is blocked.",
  ].filter((line) => line !== false);
  return (
    <>
      {alerts.enabled && !isQuiet(alerts) && <Alerts list={alerts} />}
      {keys.enabled && !isQuiet(keys) && <EndingKeys list={keys} />}
      {assignments.enabled && !isQuiet(assignments) && <EndingAssignments list={assignments} />}
      {blocks.enabled && !isQuiet(blocks) && <Blocks list={blocks} />}
      {quiet.length > 0 && (
        <Panel flush icon="circleCheck" title={quiet.length === asked ? "Nothing needs attention" : "Quiet"}>
          <ul className={styles.rows}>
            {quiet.map((line) => (
              <li className={styles.none} key={line}>
                <Icon name="check" />
                {line}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Alerts({ list }: { list: List<Schema<"Alert">> }) {
  return (
    <Few
      all={PLACES.alerts}
      icon="bell"
      id={(alert) => alert.id}
      list={list}
      none="No alert is open."
      row={(alert) => (
        <Row
          icon={isSevere(alert) ? "alert" : "bell"}
          note={
            <>
              {isState(alert.level) ? <Status state={alert.level} /> : alert.level} {alert.count > 1 && `${alert.count} times · `}
              {alert.detection}
            </>
          }
          tone={isSevere(alert) ? "deny" : "warn"}
          what={<Link to={`/alerts/${alert.id}`}>{alert.rule}</Link>}
          when={<Time value={alert.last_at} />}
        />
      )}
      title="Open alerts"
    />
  );
}

function EndingKeys({ list }: { list: List<Schema<"ApiKey">> }) {
  return (
    <Few
      all={PLACES.keys}
      icon="key"
      id={(key) => key.id}
      list={list}
      none="None ends soon."
      row={(key) => (
        <Row
          icon="key"
          note={
            key.used_at ? (
              <>
                Used <Time value={key.used_at} />
              </>
            ) : (
              "No use noted"
            )
          }
          tone="warn"
          what={<Link to={`/api-keys/${key.id}`}>{key.title}</Link>}
          when={
            <>
              Ends <Time value={key.expires_at} />
            </>
          }
        />
      )}
      title="API keys that end soon"
    />
  );
}

function EndingAssignments({ list }: { list: List<Schema<"AccessReviewEntry">> }) {
  return (
    <Few
      all={PLACES.assignments}
      icon="role"
      id={(entry) => `${entry.assignment} ${entry.holder.id ?? ""} ${entry.holder.login ?? ""}`}
      list={list}
      none="None ends soon."
      row={(entry) => (
        <Row
          icon="user"
          note={entry.reason ?? undefined}
          tone="warn"
          what={
            <>
              {entry.holder.type === "user" && entry.holder.id?.startsWith("usr_") ? <Link to={`/users/${entry.holder.id}`}>{holder(entry)}</Link> : <strong>{holder(entry)}</strong>} as <Link to={`/assignments/${entry.assignment}`}>{entry.role ?? entry.team}</Link>
            </>
          }
          when={
            <>
              Ends <Time value={entry.until} />
            </>
          }
        />
      )}
      title="Assignments that end soon"
    />
  );
}

function Blocks({ list }: { list: List<Schema<"Block">> }) {
  return (
    <Few
      all={PLACES.blocks}
      icon="lock"
      id={(block) => block.id}
      list={list}
      none="Nothing is blocked."
      row={(block) => (
        <Row
          icon={block.kind === "network" ? "network" : "lock"}
          note={`${block.kind === "network" ? "Too many wrong secrets came from there" : "Too many wrong secrets of this account"}${block.times > 1 ? `, ${block.times} times now` : ""}`}
          tone="deny"
          what={<code>{what(block)}</code>}
          when={
            <>
              Ends <Time value={block.until} />
            </>
          }
        />
      )}
      title="Blocked now"
    />
  );
}
