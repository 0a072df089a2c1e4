import { useEffect, useSyncExternalStore } from "react";

/** What holds the page: dialogs that stand open, and forms in which something was typed. Leaving would lose it. */
const holding = new Set<object>();
const listeners = new Set<() => void>();

function told(): void {
  for (const listener of listeners) listener();
}

/** Holds the page until what it gives is called. */
export function hold(): () => void {
  const one = {};
  holding.add(one);
  told();
  return () => {
    holding.delete(one);
    told();
  };
}

/** Whether the page may not be left by itself. */
export const isHeld = (): boolean => holding.size > 0;

/** Holds the page while something is so. */
export function useHold(isHolding: boolean): void {
  useEffect(() => (isHolding ? hold() : undefined), [isHolding]);
}

/** As `isHeld`, as it changes. */
export function useIsHeld(): boolean {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, isHeld);
}
