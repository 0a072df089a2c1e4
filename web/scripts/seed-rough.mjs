// What is hard to show: names as long as they may be, and more rows than fit. Added to what `seed` made.

const long = (word, length = 200) => word.repeat(Math.ceil(length / word.length)).slice(0, length).replace(/[-. ]$/, "x");

/** `api` calls the server as an administrator. Ids are added to `made`: `{users.long}`, `{groups.long}`, … */
export async function seedRough(api, made) {
  const words = "Principal Engineer for Reliability of the Platform in Northern and Central Europe ";
  made.users.long = (await api.post("/api/v1/users", { provider: "casemate", login: `${long("maximiliane.von-hohenstaufen.")}@a-rather-long-department.example.com`, display_name: long(words), email: `${long("maximiliane.", 60)}@a-rather-long-department.example.com`, attributes: { description: long("unbroken", 200), [long("name_of_attribute_", 60)]: ["one", "two"] } })).id;
  made.groups.long = (await api.post("/api/v1/groups", { name: long("everybody-in-engineering-and-operations-") })).id;
  await api.post(`/api/v1/groups/${made.groups.long}/members`, { users: [made.users.long, ...Object.values(made.users).slice(0, 20)] });
  const permissions = Array.from({ length: 24 }, (_, index) => ({ name: `shop.order.${long("reconcile_", 12 + index * 6)}` }));
  const name = long("reconciles-orders-of-the-whole-region-", 120);
  made.roles.long = (await api.post("/api/v1/roles", { name, title: long(words), permissions })).id;
  made.teams.long = (await api.post("/api/v1/teams", { name: long("back-office-of-the-whole-region-", 120), title: long(words), roles: [name, "order-clerk", "note-reader", "catalogue"] })).id;
  made.serviceAccounts.long = (await api.post("/api/v1/service-accounts", { name: long("nightly-reconciliation-", 120), title: long(words) })).id;
  made.apiKeys.long = (await api.post(`/api/v1/service-accounts/${made.serviceAccounts.long}/api-keys`, { expires_at: new Date(Date.now() + 90 * 86_400_000).toISOString(), title: long(words), networks: Array.from({ length: 12 }, (_, index) => `2001:db8:${index}::/48`) })).id;
  made.assignments.long = (await api.post("/api/v1/assignments", { role: name, to: { provider: "casemate", group: long("everybody-in-engineering-and-operations-") }, reason: long(words, 1000), until: new Date(Date.now() + 5 * 86_400_000).toISOString() })).id;
  await api.post("/api/v1/assignments", { role: name, to: { provider: "casemate", id: made.users.long } });
  const resource = { application: "shop", type: "order", id: long("orders/2026/november/", 250).replace(/\/$/, "x"), attributes: { total: 120, region: long("unbroken", 300) } };
  await api.post("/api/v1/resources/batch", { items: [resource] });
  made.tenants.long = (await api.post("/api/v1/tenants", { id: long("subsidiary-", 60), title: long(words) })).id;
  for (let batch = 0; batch < 3; batch += 1)
    await Promise.all(Array.from({ length: 50 }, (_, index) => api.post("/api/v1/users", { provider: "casemate", login: `person-${String(batch * 50 + index).padStart(3, "0")}@example.com`, display_name: `Person ${batch * 50 + index}` })));
}
