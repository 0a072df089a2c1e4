// Data as an installation has it after some weeks: for tests, for developing, and for looking at pages. All of it comes through the API.
// `node scripts/seed.mjs URL` fills a server whose credential of an administrator is in CASEMATE_KEY.
import { seedSettings } from "./seed-settings.mjs";
import { caller, signIn } from "../test/support/administrator.mjs";
import { seedAccess } from "./seed-access.mjs";

const DAY = 86_400_000;
const inDays = (days) => new Date(Date.now() + days * DAY).toISOString();

export const NOTES = `format = 1

[application]
id = "notes"
title = "Notes"
namespaces = ["notes"]

[attributes]
author = { type = "string" }
folder = { type = "string", nullable = true }

[[permission]]
name = "notes.*"
title = "Notes"

[permission.properties.own]
type = "bool"
title = "Only notes that they wrote"
when = "value == false || resource.author == identity.id"

[permission.properties.folders]
type = "list<string>"
title = "Only notes in these folders"
when = "resource.folder in value"
`;

export const SHOP = `format = 1

[application]
id = "shop"
title = "Shop"
namespaces = ["shop"]

[attributes]
total = { type = "double" }
region = { type = "string" }

[[permission]]
name = "shop.order.*"
title = "Orders"

[permission.properties.up_to]
type = "double"
title = "Only orders up to this total"
when = "resource.total <= value"

[permission.properties.regions]
type = "list<string>"
title = "Only orders of these regions"
when = "resource.region in value"

[[permission]]
name = "shop.product.*"
title = "Products"
`;

const PEOPLE = [
  ["ada", "Ada Lovelace", "engineering"],
  ["alan", "Alan Turing", "engineering"],
  ["barbara", "Barbara Liskov", "engineering"],
  ["dennis", "Dennis Ritchie", "engineering"],
  ["donald", "Donald Knuth", "engineering"],
  ["edsger", "Edsger Dijkstra", "engineering"],
  ["frances", "Frances Allen", "engineering"],
  ["hedy", "Hedy Lamarr", "sales"],
  ["joan", "Joan Clarke", "sales"],
  ["john", "John Backus", "sales"],
  ["katherine", "Katherine Johnson", "finance"],
  ["ken", "Ken Thompson", "engineering"],
  ["leslie", "Leslie Lamport", "engineering"],
  ["mallory", "Mallory Vance", ""],
  ["margaret", "Margaret Hamilton", "engineering"],
  ["mary", "Mary Jackson", "finance"],
  ["niklaus", "Niklaus Wirth", "support"],
  ["radia", "Radia Perlman", "support"],
  ["shafi", "Shafi Goldwasser", "finance"],
  ["sophie", "Sophie Wilson", "support"],
  ["tim", "Tim Berners-Lee", "sales"],
  ["tony", "Tony Hoare", "support"],
  ["vint", "Vint Cerf", "sales"],
  ["whitfield", "Whitfield Diffie", ""],
];

const ROLES = [
  { name: "note-author", title: "Writes notes", permissions: [{ name: "notes.read" }, { name: "notes.write", own: true }] },
  { name: "note-reader", title: "Reads public notes", permissions: [{ name: "notes.read", folders: ["public", "team"] }] },
  { name: "order-clerk", title: "Handles orders", permissions: [{ name: "shop.order.{list,read,update}", up_to: 500, regions: ["eu"] }] },
  { name: "order-manager", title: "Manages orders", extends: ["order-clerk"], permissions: [{ name: "shop.order.*" }, { name: "shop.order.delete", deny: true }] },
  { name: "catalogue", title: "Keeps the catalogue", permissions: [{ name: "shop.product.*" }] },
  { name: "suspended", title: "May not do anything in applications", permissions: [{ name: "notes.*", deny: true }, { name: "shop.*", deny: true }] },
  { name: "people-desk", title: "Keeps users and groups", permissions: [{ name: "casemate.user.*" }, { name: "casemate.group.*" }, { name: "casemate.group-member.*" }] },
];

/** Ways in which somebody asks and is refused, as applications ask. */
const REFUSED = [
  ["mallory", "notes.read", { type: "note", id: "7", properties: { author: "ada", folder: "public" } }],
  ["mallory", "shop.order.read", { type: "order", id: "A-1041", properties: { total: 120, region: "eu" } }],
  ["tony", "shop.order.update", { type: "order", id: "A-1042", properties: { total: 1900, region: "eu" } }],
  ["sophie", "shop.order.update", { type: "order", id: "A-1043", properties: { total: 90, region: "us" } }],
  ["hedy", "notes.write", { type: "note", id: "8", properties: { author: "ada", folder: "team" } }],
  ["joan", "notes.delete", { type: "note", id: "9", properties: { author: "joan", folder: "team" } }],
  ["whitfield", "shop.product.update", { type: "product", id: "P-7", properties: {} }],
];

/** Fills a server. `api` calls it as an administrator; `administrator` is their login. Gives the ids of what was made. */
export async function seed(api, { url, administrator, password }) {
  /** @type {{ users: Record<string, string>, groups: Record<string, string>, roles: Record<string, string>, teams: Record<string, string>, applications: Record<string, string>, assignments: string[], serviceAccounts: Record<string, string>, apiKeys: Record<string, string> }} */
  const made = { users: {}, groups: {}, roles: {}, teams: {}, applications: {}, assignments: [], serviceAccounts: {}, apiKeys: {} };
  for (const [name, schema] of Object.entries({ notes: NOTES, shop: SHOP })) made.applications[name] = (await api.post("/api/v1/applications", { schema })).id;
  for (const role of ROLES) made.roles[role.name] = (await api.post("/api/v1/roles", role)).id;
  for (const name of ["engineering", "sales", "finance", "support"]) made.groups[name] = (await api.post("/api/v1/groups", { name })).id;
  for (const [login, display_name] of PEOPLE) {
    const user = await api.post("/api/v1/users", { provider: "casemate", login: `${login}@example.com`, display_name, email: `${login}@example.com`, attributes: { cost_centre: 4000 + login.length } });
    made.users[login] = user.id;
  }
  for (const [name, id] of Object.entries(made.groups)) await api.post(`/api/v1/groups/${id}/members`, { users: PEOPLE.filter((person) => person[2] === name).map(([login]) => made.users[login]) });
  for (const team of [
    { name: "helpdesk", title: "Helpdesk", roles: ["order-clerk", "note-reader"] },
    { name: "back-office", title: "Back office", roles: ["order-manager", "catalogue"] },
  ])
    made.teams[team.name] = (await api.post("/api/v1/teams", team)).id;

  const to = (login) => ({ provider: "casemate", login: `${login}@example.com` });
  for (const assignment of [
    { role: "note-author", to: { provider: "casemate", group: "engineering" }, reason: "Everybody who builds" },
    { team: "helpdesk", to: { provider: "casemate", group: "support" } },
    { role: "order-manager", to: { provider: "casemate", group: "finance" } },
    { role: "catalogue", to: to("hedy") },
    { role: "order-clerk", to: to("joan"), until: inDays(3), reason: "Covers for Tony" },
    { role: "note-reader", to: to("tim"), until: inDays(9), reason: "Audit of the public folder" },
    { role: "people-desk", to: to("radia"), until: inDays(12) },
    { role: "order-clerk", to: to("vint"), from: inDays(2), until: inDays(40), reason: "Starts next week" },
    { role: "suspended", to: to("mallory"), reason: "Until the review is closed" },
  ])
    made.assignments.push((await api.post("/api/v1/assignments", assignment)).id);

  for (const [name, title] of [
    ["gateway", "API gateway"],
    ["nightly-build", "Nightly build"],
    ["reporting", "Reporting"],
  ])
    made.serviceAccounts[name] = (await api.post("/api/v1/service-accounts", { name, title })).id;
  await api.post("/api/v1/roles", { name: "asks-for-decisions", title: "Asks for decisions", permissions: [{ name: "casemate.decision.ask" }, { name: "casemate.audit-event.record" }] });
  await api.post("/api/v1/assignments", { role: "asks-for-decisions", to: { provider: "casemate", type: "service", id: made.serviceAccounts.gateway } });
  const key = async (account, body) => api.post(`/api/v1/service-accounts/${made.serviceAccounts[account]}/api-keys`, body);
  const gateway = await key("gateway", { title: "gateway 1" });
  made.apiKeys.gateway = gateway.id;
  made.apiKeys.expiring = (await key("nightly-build", { title: "nightly build", expires_at: inDays(5), networks: ["192.0.2.0/24"] })).id;
  made.apiKeys.reporting = (await key("reporting", { title: "reporting, monthly", expires_at: inDays(200) })).id;
  const revoked = await key("reporting", { title: "reporting, lost" });
  await api.post(`/api/v1/api-keys/${revoked.id}/revoke`);
  made.apiKeys.revoked = revoked.id;

  await seedAccess(api, made);

  // Somebody without a right to it, and somebody who left.
  const ken = await api.get(`/api/v1/users/${made.users.ken}`);
  await api.put(`/api/v1/users/${made.users.ken}`, { provider: "casemate", login: ken.login, display_name: ken.display_name, email: ken.email, active: false, attributes: ken.attributes }, ken.revision);
  const alan = await api.get(`/api/v1/users/${made.users.alan}`);
  const renamed = await api.put(`/api/v1/users/${made.users.alan}`, { provider: "casemate", login: alan.login, display_name: "Alan M. Turing", email: alan.email, active: true, attributes: { cost_centre: 4100, clearance: "secret" } }, alan.revision);
  await api.put(`/api/v1/users/${made.users.alan}`, { provider: "casemate", login: alan.login, display_name: "Alan M. Turing", email: "turing@example.com", active: true, attributes: { cost_centre: 4100, clearance: "secret" } }, renamed.revision);

  const settings = await seedSettings(api);
  await denials(url, gateway.key, made);
  await attacks(url, administrator, password);
  // A rule that comes with Casemate makes an alert of this.
  await api.post("/api/v1/assignments", { role: "catalogue", to: { provider: "casemate", login: administrator }, reason: "Tries the catalogue" });
  return { ...made, settings };
}

async function denials(url, credential, made) {
  const gateway = caller(url, { credential });
  for (const [login, action, resource] of REFUSED)
    for (let time = 0; time < 1 + (login.length % 3); time += 1) await gateway.post("/access/v1/evaluation", { subject: { type: "user", id: made.users[login] }, action: { name: action }, resource });
}

/** Wrong passwords, also of addresses that guess: the proxy in front says where they come from. */
async function attacks(url, administrator, password) {
  const attempt = (login, from, wrong) =>
    fetch(`${url}/sign-in/casemate`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: url, "x-forwarded-for": from },
      body: new URLSearchParams({ login, password: wrong, return_to: "/sign-in" }),
    });
  for (const network of ["198.51.100.7", "203.0.113.20"]) for (let time = 0; time < 5; time += 1) await attempt(`${time % 2 ? "ada" : "root"}@example.com`, network, `guess-${network}-${time}`);
  for (let time = 0; time < 5; time += 1) await attempt(administrator, "192.0.2.44", `hunter-${time}`);
  await signIn(url, administrator, password);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split("/").pop() ?? "")) {
  const [url] = process.argv.slice(2);
  const credential = process.env.CASEMATE_KEY;
  if (!url || !credential) throw new Error("usage: CASEMATE_KEY=cmk_… node scripts/seed.mjs http://127.0.0.1:7654");
  console.log(await seed(caller(url, { credential }), { url, administrator: "grace@example.com", password: "" }));
}
