import { useState } from "react";
import { Badge, Button, Diff, EmptyState, Panel, Switch, TooltipText, cx } from "../../ui";
import styles from "./audit.module.css";
import { type Change, type Side, changesOf } from "./changes";
import type { Event } from "./events";

/** What was changed by what an event tells of. */
export function Changes({ event }: { event: Event }) {
  const [isWhole, setIsWhole] = useState(false);
  const all = changesOf(event.before, event.after);
  const differing = all.filter((change) => change.differs);
  const both = event.before !== undefined && event.before !== null && event.after !== undefined && event.after !== null;
  const shown = isWhole || !both ? all : differing;
  const title = both ? "Before and after" : event.before !== undefined && event.before !== null ? "What it was" : event.kind === "recorded" ? "What was recorded" : "What it became";
  if (all.length === 0) return null;
  const hides = all.some((change) => change.before.kind === "hidden" || change.after.kind === "hidden");
  return (
    <Panel
      actions={
        both &&
        differing.length < all.length && (
          <Switch onChange={setIsWhole} selected={isWhole}>
            What stays too
          </Switch>
        )
      }
      flush
      title={title}
    >
      {shown.length === 0 ? (
        <EmptyState compact icon="check" title="Nothing differs">
          What was sent is what was there.
        </EmptyState>
      ) : (
        <table className={styles.changes}>
          <thead>
            <tr>
              <th scope="col">Member</th>
              {both && <th scope="col">Before</th>}
              <th scope="col">{both ? "After" : "Value"}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((change) => (
              <Line both={both} change={change} key={change.path} />
            ))}
          </tbody>
        </table>
      )}
      {hides && <p className={styles.hides}>Personal values are hidden: a keyed hash stands in their place. Equal values have equal marks.</p>}
    </Panel>
  );
}

function Line({ change, both }: { change: Change; both: boolean }) {
  const { before, after } = change;
  const isLong = before.kind === "text" && after.kind === "text" && before.text.includes("\n") && after.text.includes("\n");
  if (both && isLong) {
    return (
      <tr>
        <th scope="row">{change.path}</th>
        <td colSpan={2}>
          <Diff after={after.text} before={before.text} label={`What differs in ${change.path}`} />
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{change.path === "" ? "value" : change.path}</th>
      {both && (
        <td className={cx(change.differs && before.kind !== "absent" && styles.gone)}>
          <Value side={before} word={change.differs ? "removed" : undefined} />
        </td>
      )}
      <td className={cx(both && change.differs && after.kind !== "absent" && styles.came)}>
        <Value side={both || after.kind !== "absent" ? after : before} word={both && change.differs ? "added" : undefined} />
      </td>
    </tr>
  );
}

const LONG = 400;

function Value({ side, word }: { side: Side; word?: string | undefined }) {
  const [isOpen, setIsOpen] = useState(false);
  if (side.kind === "absent") return <span className={styles.faint}>–</span>;
  const said = word !== undefined && <span className="hidden">{word}: </span>;
  if (side.kind === "hidden") {
    return (
      <TooltipText text={side.mark === "withheld" ? "Withheld: no key was at hand to hash it with" : "A personal value: its keyed hash is on record"}>
        <span className={styles.hiddenValue} role="note" tabIndex={-1}>
          {said}
          <Badge icon="lock">hidden</Badge>
          {side.mark !== "withheld" && <code>{side.mark}</code>}
        </span>
      </TooltipText>
    );
  }
  const isCut = side.text.length > LONG && !isOpen;
  return (
    <>
      <code className={styles.value}>
        {said}
        {isCut ? `${side.text.slice(0, LONG)}…` : side.text}
      </code>
      {isCut && (
        <Button kind="quiet" onPress={() => setIsOpen(true)} small>
          Show all
        </Button>
      )}
    </>
  );
}
