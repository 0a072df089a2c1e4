import { Page } from "../../ui";

/** What needs attention now. */
export function HomePage() {
  return <Page title="Home">…</Page>;
}
