import type { Readiness } from "../../api";
import { Badge } from "../../ui";
import type { Entry } from "./products";

type Health = Readiness["providers"][number];

/** How a provider is, as the server that answers knows it. Whether a secret is right is known when somebody signs in. */
export function ProviderHealth({ entry, health }: { entry: Entry; health: Health | undefined }) {
  const isOpenid = entry.type === undefined || entry.type === "openid";
  if (health === undefined) return <Badge icon="clock">Not loaded yet</Badge>;
  if (health.reachable) return <Badge icon="check" tone="allow">{isOpenid ? `Reachable, ${health.keys} key${health.keys === 1 ? "" : "s"}` : "Ready"}</Badge>;
  if (health.keys > 0) return <Badge icon="alert" tone="warn">Down, {health.keys} earlier key{health.keys === 1 ? "" : "s"}</Badge>;
  return <Badge icon="alert" tone="deny">Not reachable</Badge>;
}
