import { type ReactElement, type ReactNode, Suspense, lazy, useRef } from "react";
import { PressResponder } from "react-aria/private/interactions/PressResponder";
import { useMenuTrigger } from "react-aria/useMenu";
import { useMenuTriggerState } from "react-stately/useMenuTriggerState";
import type { IconName } from "./icon";

// What it opens is fetched when it is first wanted: no page needs it to be seen.
const MenuList = lazy(() => import("./menu-list"));

export interface MenuEntry {
  id: string;
  label: string;
  icon?: IconName;
  help?: string;
  onAction: () => void;
  /** Something is lost by it. */
  danger?: boolean;
  disabled?: boolean;
  trailing?: ReactNode;
}

export interface MenuGroup {
  title?: ReactNode;
  entries: MenuEntry[];
  /** One of them is chosen, and marked. */
  chosen?: string;
}

export type MenuPlacement = "bottom end" | "bottom start" | "top start";

/** What a button opens: `<Menu label="More" trigger={<IconButton … />} entries={[…]} />`, or `groups` with lines between. */
export function Menu({ label, trigger, entries, groups, placement = "bottom end" }: { label: string; trigger: ReactElement; entries?: MenuEntry[]; groups?: MenuGroup[]; placement?: MenuPlacement }) {
  const state = useMenuTriggerState({});
  const button = useRef<HTMLElement>(null);
  const { menuTriggerProps, menuProps } = useMenuTrigger({ type: "menu" }, state, button);
  const all = (groups ?? [{ entries: entries ?? [] }]).filter((group) => group.entries.length > 0);
  return (
    <>
      <PressResponder {...menuTriggerProps} isPressed={state.isOpen} ref={button}>
        {trigger}
      </PressResponder>
      {state.isOpen && (
        <Suspense>
          <MenuList groups={all} label={label} own={menuProps} placement={placement} state={state} trigger={button} />
        </Suspense>
      )}
    </>
  );
}
