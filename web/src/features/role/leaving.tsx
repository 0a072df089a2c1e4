import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";
import { ConfirmDialog } from "../../ui";

/** Asks before what was typed is lost by leaving: within the console by a dialog, and by the browser where the tab is closed. */
export function useLeaving(isChanged: boolean) {
  const isSaved = useRef(false);
  const isLost = () => isChanged && !isSaved.current;
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
        This role has changes that are not saved. They are lost when you leave.
      </ConfirmDialog>
    ),
  };
}
