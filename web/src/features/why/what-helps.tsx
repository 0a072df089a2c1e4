import { Link, Panel } from "../../ui";
import type { Explanation } from "./answer-of";
import type { Asked } from "./question";
import styles from "./why.module.css";

/** What would change an answer that is no. */
export function WhatHelps({ answer, asked }: { answer: Explanation; asked: Asked }) {
  const matching = answer.matching ?? [];
  const missing = [...new Set(matching.flatMap((one) => one.properties.filter(({ outcome }) => outcome === "error").map(({ detail }) => /`resource\.([^`]+)` is missing/.exec(detail ?? "")?.[1])))].filter((name) => name !== undefined);
  const unmet = matching.filter((one) => one.effect === "allow" && one.outcome === "false");
  const denying = matching.filter((one) => one.effect === "deny" && one.outcome !== "false");
  const later = (answer.near ?? []).filter((one) => one.why.startsWith("it is in force only from"));
  const hints: React.ReactNode[] = [];
  for (const one of denying)
    hints.push(
      <>
        Take the denial <code>{one.permission.name}</code> out of {one.origin.kind} <Link to={`/roles#search=${encodeURIComponent(one.origin.name)}`}>{one.origin.name}</Link>, or end its assignment. No further permission outweighs a denial.
      </>,
    );
  if (missing.length > 0)
    hints.push(
      <>
        The question does not say {missing.map((name, index) => <span key={name}>{index > 0 && ", "}<code>{name}</code></span>)} of the resource. The audit trail keeps no properties of resources: fill in what it had, and ask again.
      </>,
    );
  if (denying.length === 0)
    for (const one of unmet) {
      const failing = one.properties.filter(({ outcome }) => outcome === "false");
      hints.push(
        <>
          A resource for which {failing.map(({ name, detail }, index) => <span key={name}>{index > 0 && " and "}<code>{(detail ?? "").replace(/ is false$/, "")}</code></span>)} holds, or{" "}
          {failing.map(({ name }, index) => <span key={name}>{index > 0 && ", "}<code>{name}</code></span>)} widened in {one.origin.kind} <Link to={`/roles#search=${encodeURIComponent(one.origin.name)}`}>{one.origin.name}</Link>.
        </>,
      );
    }
  if (denying.length === 0 && matching.length === 0 && answer.reason_code === "no_permission") {
    for (const one of later) hints.push(<>Wait: role {one.origin.name} {one.why.replace(/^it /, "")}.</>);
    hints.push(
      <>
        <Link to={`/matrix#actions=${encodeURIComponent(asked.action)}`}>See who may</Link>, and assign a role with <code>{asked.action}</code>, or a pattern over it, to them or a group of theirs.
      </>,
    );
  }
  if (answer.reason_code === "inactive_subject") hints.push(<>Activate the user. Nobody who is not active is allowed anything.</>);
  if (answer.reason_code === "invalid_name") hints.push(<>Ask for one name. Wildcards stand in what is granted, not in what is asked.</>);
  if (hints.length === 0) return null;
  return (
    <Panel title="What would change it">
      <ul className={styles.hints}>
        {hints.map((hint, index) => (
          <li key={index}>{hint}</li>
        ))}
      </ul>
    </Panel>
  );
}
