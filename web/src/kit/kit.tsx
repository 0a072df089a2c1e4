import { Page } from "../ui";

/** Every component in every state, while developing. */
export function KitPage() {
  return <Page title="Components">…</Page>;
}
