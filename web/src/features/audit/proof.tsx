import { Panel } from "../../ui";
import type { Event } from "./events";

export function Proof({ event }: { event: Event }) {
  return <Panel title="Proof">Event {event.id}</Panel>;
}
