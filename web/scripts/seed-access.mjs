// What pages of access show beside people and roles: resources of applications, and tenants.

const DAY = 86_400_000;

const NOTES = [
  ["7", { author: "ada", folder: "public" }],
  ["8", { author: "ada", folder: "team" }],
  ["9", { author: "joan", folder: "team" }],
  ["minutes/2026-11", { author: "grace", folder: null }],
];
const ORDERS = [
  ["A-1041", { total: 120, region: "eu" }],
  ["A-1042", { total: 1900, region: "eu" }],
  ["A-1043", { total: 90, region: "us" }],
];

/** Adds to what `seed` made: `api` calls the server as an administrator. */
export async function seedAccess(api, made) {
  const item = (application, type) => ([id, attributes]) => ({ application, type, id, attributes });
  await api.post("/api/v1/resources/batch", { items: [...NOTES.map(item("notes", "note")), ...ORDERS.map(item("shop", "order"))] });
  made.tenants = {};
  for (const tenant of [
    { id: "acme", title: "Acme Corporation" },
    { id: "acme-labs", title: "Acme research", parent: "acme" },
  ])
    made.tenants[tenant.id] = (await api.post("/api/v1/tenants", tenant)).id;
  made.serviceAccounts.retired = (await api.post("/api/v1/service-accounts", { name: "old-importer", title: "Importer of the old shop", disabled: true })).id;
  made.apiKeys.narrowed = (
    await api.post(`/api/v1/service-accounts/${made.serviceAccounts.gateway}/api-keys`, {
      title: "gateway, notes only",
      application: "notes",
      networks: ["192.0.2.0/24", "198.51.100.0/24"],
      permissions: [{ name: "casemate.decision.ask" }],
      expires_at: new Date(Date.now() + 11 * DAY).toISOString(),
    })
  ).id;
}
