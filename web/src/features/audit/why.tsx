import { useAllowed } from "../../api";
import { whyLink as linkTo } from "../../shell/why-link";
import { Link, LinkButton } from "../../ui";
import styles from "./audit.module.css";
import type { Event } from "./events";

/** Where a refusal is explained: who, what, and on what. Nothing of what was not refused, or by nobody. */
export function whyLink(event: Pick<Event, "outcome" | "action" | "actor" | "subject" | "resource">): string | undefined {
  if ((event.outcome !== "denied" && event.outcome !== "conditional") || event.action === "") return undefined;
  const who = event.subject ?? event.actor;
  if (who.type === "" || who.type === "system") return undefined;
  return linkTo({ who, action: event.action, resource: event.resource });
}

/** Leads from a refusal to its explanation, for those who may ask for decisions. */
export function Why({ event, button }: { event: Event; button?: boolean }) {
  const to = whyLink(event);
  const mayAsk = useAllowed("casemate.decision.ask") === true;
  if (to === undefined || !mayAsk) return null;
  if (button) {
    return (
      <LinkButton icon="info" to={to}>
        Why?
      </LinkButton>
    );
  }
  return (
    <Link className={styles.why} to={to}>
      Why?
    </Link>
  );
}
