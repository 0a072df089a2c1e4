// What is set up besides who may do what: providers, sinks, sources, rules, settings.
import { startEndpoints } from "./seed-endpoints.mjs";

const secret = (name) => `${name}-secret-of-at-least-32-bytes-0123`;

const DELETIONS = `title: Many users are deactivated by one
id: 0e6f8a0e-53f5-4dd0-9a66-1b9a1c2b7f10
description: Somebody deactivates users one after the other.
logsource:
    product: casemate
detection:
    deactivated:
        action: casemate.user.update
        outcome: success
    condition: deactivated
level: medium
`;

/**
 * Fills what settings show. Gives the ids of what was made, by kind and name.
 * @param {{ post: (path: string, body?: unknown) => Promise<any> }} api
 */
export async function seedSettings(api) {
  const endpoints = await startEndpoints();
  /** @type {Record<"providers" | "sources" | "sinks" | "receivers" | "detections", Record<string, string>>} */
  const made = { providers: {}, sources: {}, sinks: {}, receivers: {}, detections: {} };
  for (const provider of [
    {
      name: "corp",
      issuer: endpoints.url,
      audiences: ["casemate"],
      client_id: "casemate",
      client_secret: secret("client"),
      sign_in: { title: "Corp accounts", domains: ["corp.example"] },
      mapping: [
        { when: 'claims.department == "finance" && claims.level >= 3', groups: ["finance"] },
        { when: '"staff" in groups', groups: ["everybody"] },
        { when: 'claims.clearance == "secret"', groups: ["cleared"] },
      ],
    },
    { name: "partners", type: "introspection", endpoint: "https://login.partner.example/token/introspection", issuer: "https://login.partner.example", client_id: "casemate", client_secret: secret("partner"), token_prefix: "op_" },
    {
      name: "headquarters",
      preset: "entra-id",
      issuer: "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
      audiences: ["casemate"],
      ldap: { url: "ldaps://127.0.0.1:9", bind_dn: "cn=casemate,ou=services,dc=corp,dc=example", bind_password: secret("ldap"), base: "dc=corp,dc=example" },
    },
  ])
    made.providers[provider.name] = (await api.post("/api/v1/providers", provider)).id;
  await api.post("/api/v1/assignments", { role: "order-clerk", to: { provider: "corp", group: "finance" }, reason: "Finance handles orders" });
  for (const source of [
    { name: "token", provider: "corp", claim: "permissions", ceiling: ["notes.*"] },
    { name: "legacy", title: "The old permission service", provider: "partners", ceiling: ["shop.order.*"], types: ["user"], http: { url: `${endpoints.url}/permissions`, signing_secret: secret("legacy"), reads: ["login", "groups"], max_cache_seconds: 120 } },
  ])
    made.sources[source.name] = (await api.post("/api/v1/sources", source)).id;
  for (const sink of [
    { name: "siem", title: "Security operations", webhook: { url: `${endpoints.url}/events`, signing_secret: secret("siem") } },
    { name: "archive-stream", title: "Long-term archive", only: { outcomes: ["denied", "failure"] }, format: "ocsf", syslog: { host: "127.0.0.1", port: 9 } },
  ])
    made.sinks[sink.name] = (await api.post("/api/v1/audit-sinks", sink)).id;
  for (const receiver of [
    { name: "on-call", title: "Whoever is on call", level: "high", webhook: { url: `${endpoints.url}/alerts`, signing_secret: secret("alerts") } },
    { name: "security-desk", disabled: true, webhook: { url: "https://hooks.example.com/casemate", signing_secret: secret("desk") } },
  ])
    made.receivers[receiver.name] = (await api.post("/api/v1/alert-receivers", receiver)).id;
  for (const detection of [
    { name: "many-deactivated", title: "Many users are deactivated", rules: DELETIONS },
    { name: "mass-export", title: "Exports are what we do here", disabled: true },
  ])
    made.detections[detection.name] = (await api.post("/api/v1/detections", detection)).id;
  await api.post("/api/v1/event-types", {
    name: "notes.note.publish",
    title: "A note is published",
    description: "Who made which note public.",
    schema: { type: "object", properties: { title: { type: "string", maxLength: 200 } }, required: ["title"], additionalProperties: false },
  });
  await api.post("/api/v1/event-types", { name: "shop.order.*", title: "Orders" });
  await api.post("/api/v1/event-ceilings", { application: "notes", actions: ["notes.*"], per_minute: 600, per_day: 100_000, max_bytes: 4096 });
  await api.post("/api/v1/settings", { name: "api_key.max_lifetime_days", value: 365 });
  await api.post("/api/v1/settings", { name: "decision.log.sample", value: 1 });
  return { ...made, endpoints };
}
