import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { type Schema, api } from "../../api";
import { ConfirmDialog, Time, toast } from "../../ui";
import { blockedName, whyBlocked } from "./words";

type Block = Schema<"Block">;

/** Ends a block before its time. */
export function LiftBlock({ block, onClose }: { block: Block | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const asked = useRef(block);
  if (block) asked.current = block;
  const shown = asked.current;
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>{shown?.kind === "network" ? "Secrets from this network are looked at again at once: whoever guesses there may go on." : "Secrets for this account are looked at again at once: whoever guesses them may go on."}</li>
          <li>It was blocked {shown?.times === 1 ? "once" : `${shown?.times} times in a row`}; without you it ends <Time value={shown?.until} />.</li>
        </ul>
      }
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/blocks/{id}", { params: { path: { id: shown?.id ?? "" } } })}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["/api/v1/blocks/search"] });
        toast(`The block of ${shown ? blockedName(shown) : ""} was lifted`);
      }}
      open={block !== undefined}
      title={shown ? `Lift the block of ${blockedName(shown)}?` : ""}
      verb="Lift block"
    >
      {shown && whyBlocked(shown)}
    </ConfirmDialog>
  );
}
