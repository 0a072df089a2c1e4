import type { ReactElement, ReactNode } from "react";
import { Focusable, Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components/Tooltip";
import styles from "./tooltip.module.css";

/** More words about what it is around, for pointer and keyboard: what is inside is a button, a link, or `<TooltipText>`. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <TooltipTrigger closeDelay={80} delay={400}>
      {children}
      <AriaTooltip className={styles.tooltip ?? ""} offset={6}>
        {text}
      </AriaTooltip>
    </TooltipTrigger>
  );
}

/** The same of a text, which can be reached by keyboard for it where it stands alone. */
export function TooltipText({ text, children }: { text: ReactNode; children: ReactElement<{ role?: string }> }) {
  return (
    <Tooltip text={text}>
      <Focusable>{children as never}</Focusable>
    </Tooltip>
  );
}
