import { Badge, Status, isState } from "../../ui";

/** A level or a state of an alert: a sign and a word. */
export function Word({ word }: { word: string }) {
  return isState(word) ? <Status state={word} /> : <Badge>{word}</Badge>;
}
