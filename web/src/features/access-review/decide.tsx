import { useEffect, useRef, useState } from "react";
import { counted } from "../../access/count";
import { ApiError } from "../../api";
import { ConfirmDialog, toast } from "../../ui";
import styles from "./access-review.module.css";
import { type Decision, type Entry, type Outcome, decide, takeBack } from "./act";
import { canTakeBack, heldOf, nameOf, whatIsLeft } from "./words";

interface Props {
  decision: Decision | undefined;
  /** One for each assignment that was chosen. */
  chosen: readonly Entry[];
  /** All that is held by these, as far as it was read. */
  entries: readonly Entry[];
  /** Whether there is more that was not read, or is left out by a filter. */
  hasMore: boolean;
  onClose: () => void;
  /** With what became of each, also where some were not reached. */
  onDone: (outcomes: Outcome[]) => void;
  onTakenBack: () => void;
}

/** How many of those that were chosen the dialog names. */
const NAMED = 6;

/** Asks why, and certifies or revokes what was chosen, of the revision that was read. */
export function Decide({ decision, chosen, entries, hasMore, onClose, onDone, onTakenBack }: Props) {
  const [done, setDone] = useState(0);
  const outcomes = useRef(new Map<string, Outcome>());
  const isOpen = decision !== undefined;
  useEffect(() => {
    if (isOpen) {
      outcomes.current = new Map();
      setDone(0);
    }
  }, [isOpen]);
  const isRevoking = decision === "revoked";
  // Those whose group holds it are listed by themselves, and the group may be left out by a filter.
  const groups = new Set([...entries, ...chosen].map(({ holder, group }) => group ?? (holder.type === "group" ? holder.id : undefined)).filter((id) => id !== undefined));
  const people = new Set(entries.filter(({ holder }) => holder.type !== "group").map(({ holder }) => `${holder.provider} ${holder.type} ${holder.id ?? holder.login ?? ""}`)).size;
  const ended = () => {
    const all = [...outcomes.current.values()];
    outcomes.current = new Map();
    const fine = all.filter(({ outcome }) => outcome === "done");
    const again = fine.filter(canTakeBack);
    if (fine.length > 0)
      toast(`${counted(fine.length, "assignment")} ${fine.length === 1 ? "was" : "were"} ${decision}`, {
        ...(again.length === 0
          ? {}
          : {
              undo: async () => {
                const left = await takeBack(again);
                onTakenBack();
                if (left > 0) throw new ApiError(412, { title: whatIsLeft(left, again.length) });
              },
            }),
      });
    if (all.length > 0) onDone(all);
  };
  return (
    <ConfirmDialog
      consequence={
        <>
          <ul>
            {chosen.slice(0, NAMED).map((entry) => (
              <li key={entry.assignment}>
                {nameOf({ holder: entry.group ? { ...entry.holder, type: "group", id: entry.group, login: null, display_name: null } : entry.holder })}: {heldOf({ ...entry, group: null })}
              </li>
            ))}
            {chosen.length > NAMED && <li>and {chosen.length - NAMED} more</li>}
          </ul>
          {isRevoking && (
            <ul>
              <li>
                {hasMore && "At least "}
                {people} {people === 1 ? "person or program loses" : "people or programs lose"} what they hold by it, within a second.
              </li>
              {groups.size > 0 && <li>{groups.size === 1 ? "A whole group" : `${groups.size} whole groups`} among them: everybody in it, also who comes later.</li>}
            </ul>
          )}
          {done > 0 && (
            <div className={styles.running} role="status">
              <progress aria-label="Done" className={styles.bar} max={chosen.length} value={done} /> {done} of {chosen.length}
            </div>
          )}
        </>
      }
      kind={isRevoking ? "danger" : "primary"}
      onClose={() => {
        // What was done before it was given up is told as well.
        ended();
        onClose();
      }}
      onConfirm={async (reason) => {
        if (decision === undefined) return;
        await decide(chosen, decision, reason, outcomes.current, (some) => {
          for (const one of some) outcomes.current.set(one.assignment, one);
          setDone(outcomes.current.size);
        });
      }}
      open={isOpen}
      reason="required"
      title={`${isRevoking ? "Revoke" : "Certify"} ${counted(chosen.length, "assignment")}?`}
      verb={isRevoking ? "Revoke" : "Certify"}
    >
      {isRevoking ? "They end now, by the server’s clock; what has not begun is deleted. Your name, the time and your reason come on record." : "Your name, the time and your reason come on record. It holds for what each gives now: where the assignment or its roles change, it has to be certified again."}
    </ConfirmDialog>
  );
}
