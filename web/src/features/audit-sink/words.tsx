import type { Readiness, Schema } from "../../api";
import { Badge, lasting } from "../../ui";

export type Sink = Schema<"StoredAuditSinkEntry">;
export type Entry = Schema<"AuditSinkEntry">;
export type Kind = "webhook" | "syslog" | "nats" | "file";
export type Health = Readiness["audit_sinks"][number];

export const KIND_TITLES: Record<Kind, string> = { webhook: "Webhook", syslog: "Syslog", nats: "NATS JetStream", file: "File" };
export const KINDS = Object.keys(KIND_TITLES) as Kind[];

interface Members {
  webhook?: Schema<"WebhookSinkEntry">;
  syslog?: Schema<"SyslogSinkEntry">;
  nats?: Schema<"NatsSinkEntry">;
  file?: Schema<"FileSinkEntry">;
}

export function kindOf(entry: Entry): Kind {
  return KINDS.find((kind) => (entry as Members)[kind]) ?? "webhook";
}

/** Where events go, in one line. */
export function placeOf(entry: Entry): string {
  const { webhook, syslog, nats, file } = entry as Members;
  if (webhook) return webhook.url;
  if (syslog) return `${syslog.host}:${syslog.port ?? (syslog.insecure ? 601 : 6514)}`;
  if (nats) return `${nats.url} ${nats.subject}`;
  return file?.name ?? "";
}

/** How a sink is, as the server that answers knows it. */
export function SinkState({ health }: { health: Health | undefined }) {
  if (health === undefined) return <Badge icon="clock">Not sending here</Badge>;
  if (health.paused) return <Badge icon="pause" tone="warn">Paused</Badge>;
  if (health.failures > 0) return <Badge icon="alert" tone="deny">Failing</Badge>;
  if (health.behind_events > 0 && health.behind_seconds > 60) return <Badge icon="clock" tone="warn">Behind</Badge>;
  return <Badge icon="check" tone="allow">Sending</Badge>;
}

/** How much is waiting for a sink, and for how long. */
export function lagOf(health: Health | undefined): string {
  if (health === undefined) return "";
  if (health.behind_events === 0) return "Nothing waits";
  return `${health.behind_events.toLocaleString("en")} event${health.behind_events === 1 ? "" : "s"}, ${lasting(health.behind_seconds)}`;
}
