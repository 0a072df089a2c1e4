import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Stored, type StoredPath, deleteStored, storedChanged } from "../api/stored";
import { ConfirmDialog } from "./confirm-dialog";
import { toast } from "./toast";

/** Deletes something administered, after its consequence was shown. */
export function DeleteStored({ path, entry, kind, words: [verb, done] = ["Delete", "deleted"], consequence, onClose, onDone }: { path: StoredPath; entry: Stored<unknown> | undefined; /** "alert receiver" */ kind: string; /** Where deleting it is called otherwise: "Unset", and "unset" when it was done. */ words?: readonly [string, string]; consequence: ReactNode; onClose: () => void; onDone?: () => void }) {
  const queries = useQueryClient();
  return (
    <ConfirmDialog
      consequence={consequence}
      onClose={onClose}
      onConfirm={() => (entry ? deleteStored(path, entry) : Promise.resolve())}
      onDone={() => {
        void storedChanged(queries, path);
        toast(`The ${kind} was ${done}`);
        onDone?.();
      }}
      open={entry !== undefined}
      title={`${verb} ${entry?.name ?? ""}?`}
      verb={`${verb} ${kind}`}
    />
  );
}
