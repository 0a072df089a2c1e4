import { useBlocker } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";
import { useHold } from "../api/held";
import { ConfirmDialog } from "./confirm-dialog";

/**
 * Asks before what was typed on a page is lost by leaving: within the console by a dialog, and by the browser where the tab is closed. A
 * session that ends does not lead away from it either. `what` is what is changed: "This role"; `save` what saves it.
 */
export function useUnsaved(isChanged: boolean, what: string, save?: { wasSaved: RefObject<boolean> }) {
  const own = useRef(false);
  const isSaved = save?.wasSaved ?? own;
  const isLost = () => isChanged && !isSaved.current;
  useHold(isChanged);
  // What is typed afterwards is lost again.
  useEffect(() => {
    if (!isChanged) isSaved.current = false;
  }, [isChanged, isSaved]);
  const blocker = useBlocker({
    // A page's own state stands in the fragment: it is no leaving.
    shouldBlockFn: ({ current, next }) => isLost() && current.pathname !== next.pathname,
    enableBeforeUnload: isLost,
    withResolver: true,
  });
  return {
    /** What was typed is kept: whoever leaves loses nothing. */
    saved: () => {
      isSaved.current = true;
    },
    dialog: (
      <ConfirmDialog onClose={() => blocker.reset?.()} onConfirm={async () => blocker.proceed?.()} open={blocker.status === "blocked"} title="Leave without saving?" verb="Discard changes">
        {what} has changes that are not saved. They are lost when you leave.
      </ConfirmDialog>
    ),
  };
}
