import { Badge, Status, isState } from "../../ui";

/** A level or a state of an alert: a sign and a word. */
export function Word({ word }: { word: string }) {
  return isState(word) ? <Status state={word} /> : <Badge>{word}</Badge>;
}

/** By what the rule groups events: `actor.id usr_…`. */
export function groupText(group: readonly { field: string; value: string }[]): string {
  return group.map(({ field, value }) => `${field} ${value}`).join(", ");
}
