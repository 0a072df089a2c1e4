import { useAllowed } from "../api/me";
import { LinkButton } from "../ui/button";

/** Leads to all that is on record of somebody (`identity`) or of something, for those who may see audit events. */
export function TimelineLink(of: { identity: string } | { type: string; id: string }) {
  if (useAllowed("casemate.audit-event.list") !== true) return null;
  const terms = new URLSearchParams("identity" in of ? { identity: of.identity } : { type: of.type, id: of.id });
  return (
    <LinkButton icon="history" to={`/audit/timeline#${terms}`}>
      Timeline
    </LinkButton>
  );
}
