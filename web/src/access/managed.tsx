import { Badge, Notice } from "../ui";
import styles from "./managed.module.css";

const NAMES: Record<string, string> = { "": "By hand", "built-in": "Built in", scim: "SCIM", ldap: "LDAP", "sign-in": "Sign-in" };

/** Who manages something, in words: of people and groups their `source`, of everything else its `origin`. */
export function managerName(manager: string): string {
  const known = NAMES[manager];
  if (known !== undefined) return known;
  const name = manager.replace(/^code:/, "");
  return name === "code" ? "Code" : `Code: ${name}`;
}

/** Whether whoever may change it here can. */
export function isByHand(manager: string): boolean {
  return manager === "";
}

/** Who manages it: a badge where that is not whoever may change it here. */
export function ManagedBy({ manager }: { manager: string }) {
  if (manager === "") return <span className={styles.hand}>{managerName(manager)}</span>;
  return <Badge icon="lock">{managerName(manager)}</Badge>;
}

/** Why something cannot be changed here. */
export function ManagedNotice({ manager, what }: { manager: string; what: string }) {
  if (isByHand(manager)) return null;
  const isDirectory = manager === "scim" || manager === "ldap";
  return (
    <Notice kind="info" title={manager === "built-in" ? `This ${what} comes with Casemate` : `This ${what} is managed by ${managerName(manager)}`}>
      {manager === "built-in" ? "It cannot be changed." : isDirectory ? "Its name and members come from there, and overwrite what is changed here." : "It is read-only here: change it in the files that it comes from."}
    </Notice>
  );
}
