import { type ReactElement, type ReactNode, Suspense, lazy, useRef } from "react";
import { Focusable } from "react-aria/Focusable";
import { FocusableProvider } from "react-aria/private/interactions/useFocusable";
import { useTooltipTrigger } from "react-aria/useTooltipTrigger";
import { useTooltipTriggerState } from "react-stately/useTooltipTriggerState";

// What shows it is fetched when it is first wanted, and no page fails for want of it.
const Bubble = lazy(() => import("./tooltip-bubble").catch(() => ({ default: () => null })));

const WAITS = { closeDelay: 80, delay: 400 };

/** More words about what it is around, for pointer and keyboard: what is inside is a button, a link, or `<TooltipText>`. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  const state = useTooltipTriggerState(WAITS);
  const trigger = useRef<HTMLElement>(null);
  const { triggerProps, tooltipProps } = useTooltipTrigger(WAITS, state, trigger);
  return (
    <>
      <FocusableProvider {...triggerProps} ref={trigger}>
        {children}
      </FocusableProvider>
      {state.isOpen && (
        <Suspense>
          <Bubble {...tooltipProps} state={state} trigger={trigger}>
            {text}
          </Bubble>
        </Suspense>
      )}
    </>
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
