import type { ReactNode, RefObject } from "react";
import { Tooltip, TooltipTriggerStateContext } from "react-aria-components/Tooltip";
import type { TooltipTriggerState } from "react-stately/useTooltipTriggerState";
import styles from "./tooltip.module.css";

/** The words that a tooltip shows, beside what they are about. */
export default function Bubble({ id, state, trigger, children }: { id?: string; state: TooltipTriggerState; trigger: RefObject<HTMLElement | null>; children: ReactNode }): ReactNode {
  return (
    <TooltipTriggerStateContext.Provider value={state}>
      <Tooltip className={styles.tooltip ?? ""} {...(id === undefined ? {} : { id })} offset={6} triggerRef={trigger}>
        {children}
      </Tooltip>
    </TooltipTriggerStateContext.Provider>
  );
}
