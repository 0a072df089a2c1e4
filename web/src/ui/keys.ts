import { useEffect, useRef, useSyncExternalStore } from "react";
import type { IconName } from "./icon";

/** Something that can be done on a page, offered by the palette. */
export interface Action {
  title: string;
  icon?: IconName;
  run: () => void;
}

let actions: readonly Action[] = [];
const listeners = new Set<() => void>();
const NONE: readonly Action[] = [];

/** Offers what can be done on a page, for as long as it is there. */
export function usePageActions(offered: readonly Action[] = NONE): void {
  const latest = useRef(offered);
  latest.current = offered;
  const titles = offered.map((action) => action.title).join("\n");
  useEffect(() => {
    actions = latest.current.map((action, index) => ({ ...action, run: () => latest.current[index]?.run() }));
    for (const listener of listeners) listener();
    return () => {
      actions = NONE;
      for (const listener of listeners) listener();
    };
  }, [titles]);
}

/** What the page that is shown offers. */
export function useOffered(): readonly Action[] {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => actions,
  );
}

/** Whether a key belongs to what is typed, and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Has something done at a key alone, outside fields and dialogs: `useKey("c", create)`. */
export function useKey(key: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"]')) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [key]);
}
