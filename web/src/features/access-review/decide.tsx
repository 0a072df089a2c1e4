import { useState } from "react";
import { useMe } from "../../api";
import { ConfirmDialog, toast } from "../../ui";
import styles from "./access-review.module.css";
import { type Entry, type Outcome, actOn, takeBack } from "./act";

interface Props {
  verb: "Certified" | "Revoked" | undefined;
  ids: readonly string[];
  /** What is held by them, as far as it was read. */
  entries: readonly Entry[];
  /** Whether there is more that was not read. */
  hasMore: boolean;
  onClose: () => void;
  onDone: (outcomes: Outcome[]) => void;
  onTakenBack: () => void;
}

/** Asks why, and certifies or revokes one assignment after the other. */
export function Decide({ verb, ids, entries, hasMore, onClose, onDone, onTakenBack }: Props) {
  const me = useMe();
  const [done, setDone] = useState<number | undefined>();
  const isRevoking = verb === "Revoked";
  const groups = new Set(entries.filter(({ holder }) => holder.type === "group").map(({ holder }) => holder.id));
  const people = new Set(entries.filter(({ holder }) => holder.type !== "group").map(({ holder }) => `${holder.provider} ${holder.type} ${holder.id ?? holder.login ?? ""}`)).size;
  const what = `${ids.length} ${ids.length === 1 ? "assignment" : "assignments"}`;
  return (
    <ConfirmDialog
      consequence={
        <>
          {isRevoking && (
            <ul>
              <li>
                {hasMore && "At least "}
                {people} {people === 1 ? "person or program loses" : "people or programs lose"} what they hold by it, within a second.
              </li>
              {groups.size > 0 && <li>{groups.size === 1 ? "A whole group" : `${groups.size} whole groups`} among them: everybody in it, also who comes later.</li>}
            </ul>
          )}
          {done !== undefined && (
            <div className={styles.running} role="status">
              <progress aria-label="Done" className={styles.bar} max={ids.length} value={done} /> {done} of {ids.length}
            </div>
          )}
        </>
      }
      kind={isRevoking ? "danger" : "primary"}
      onClose={() => {
        setDone(undefined);
        onClose();
      }}
      onConfirm={async (note) => {
        setDone(0);
        try {
          const all = await actOn(ids, isRevoking ? "Revoked" : "Certified", me.login ?? me.display_name ?? me.id ?? me.type, note, setDone);
          const fine = all.filter(({ error }) => !error);
          if (fine.length > 0)
            toast(`${fine.length} ${fine.length === 1 ? "assignment was" : "assignments were"} ${isRevoking ? "revoked" : "certified"}`, {
              undo: async () => {
                await takeBack(fine);
                onTakenBack();
              },
            });
          onDone(all);
        } finally {
          setDone(undefined);
        }
      }}
      open={verb !== undefined}
      reason
      title={`${isRevoking ? "Revoke" : "Certify"} ${what}?`}
      verb={isRevoking ? "Revoke" : "Certify"}
    >
      {isRevoking ? "They end now by this computer’s clock, with your reason on record." : "Your name, today’s date and what you say are written into their reasons, as a note."}
    </ConfirmDialog>
  );
}
