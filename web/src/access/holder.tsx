import type { Schema } from "../api";
import { Link } from "../ui";
import { Actor } from "./actor";
import styles from "./holder.module.css";

type Target = Schema<"AssignmentEntry">["to"];

/** What kind of holder an assignment is for, in a word. */
export function kindOfHolder(to: Target): string {
  if (to.type === "anonymous") return "nobody signed in";
  if (to.group) return "group";
  return to.type === "service" ? "service account" : (to.type ?? "user");
}

/** Whom an assignment is for, with a link to where they are found. */
export function Holder({ to }: { to: Target }) {
  if (to.type === "anonymous") return <>Whoever is not signed in</>;
  const provider = to.provider ?? "";
  const name = to.group ? (
    <Link to={`/groups#search=${encodeURIComponent(to.group)}`}>{to.group}</Link>
  ) : to.login ? (
    <Link to={`${to.type === "service" ? "/service-accounts" : "/users"}#search=${encodeURIComponent(to.login)}`}>{to.login}</Link>
  ) : (
    <Actor actor={{ provider, type: to.type ?? "user", id: to.id ?? "" }} fallback={<code>{to.id}</code>} />
  );
  return (
    <span className={styles.holder}>
      <span className={styles.name}>{name}</span>
      <span className={styles.kind}>
        {kindOfHolder(to)}
        {provider === "" ? to.group && " of the only provider" : provider !== "casemate" && ` of ${provider}`}
      </span>
    </span>
  );
}

/** Whom an assignment is for, in plain words, for titles and notices. */
export function holderName(to: Target): string {
  if (to.type === "anonymous") return "whoever is not signed in";
  return to.group ? `group ${to.group}` : (to.login ?? `${to.type === "service" ? "service account" : (to.type ?? "user")} ${to.id ?? ""}`);
}
