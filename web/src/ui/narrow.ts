import { useSyncExternalStore } from "react";

const NARROW = matchMedia("(max-width: 699px)");

/** Whether tables are cards. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      NARROW.addEventListener("change", changed);
      return () => NARROW.removeEventListener("change", changed);
    },
    () => NARROW.matches,
  );
}
