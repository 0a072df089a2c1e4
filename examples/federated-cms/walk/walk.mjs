// Starts Casemate, an OpenID provider, three subgraphs and their gateway, and walks through what permissions do there. Each
// answer is compared with what it has to be; the first that differs ends the walk with 1.
//
// usage: node walk/walk.mjs BINARIES [--keep]
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Casemate } from "./casemate.mjs";
import { Program } from "./processes.mjs";
import { signIn } from "./sign-in.mjs";

const HERE = new URL("..", import.meta.url).pathname;
const [binaries, option] = process.argv.slice(2);

const begun = Date.now();
let steps = 0;
const say = (text) => console.log(text.replace(/^/gm, "   "));
function step(title) {
  steps += 1;
  console.log(`\n${steps}. ${title}`);
}

// ── What there is ──────────────────────────────────────────────────────────────────────────────────────────────────────

const node = (name, environment) => new Program(name, process.execPath, [join(HERE, `${name}.mjs`)], { environment });
const running = [];
async function started(program) {
  running.push(program);
  const { url } = await program.ready();
  say(`${program.name.padEnd(9)} ${url}`);
  return url;
}

console.log("Starting");
const provider = node("provider");
const issuer = await started(provider);
// The provider lives as long as the walk does, and so does what is in its folder.
const casemate = await Casemate.start(join(binaries, "casemate"), provider.folder, issuer);
say(`casemate  ${casemate.url}`);
const subgraph = async (name) => {
  const environment = { CASEMATE_URL: casemate.url, CASEMATE_KEY: await casemate.account(name) };
  return name === "files" ? node(name, environment) : new Program(name, join(binaries, `cms-${name}`), [], { environment });
};
const pages = await subgraph("pages");
const content = await subgraph("content");
const files = await subgraph("files");
const urls = { pages: await started(pages), content: await started(content), files: await started(files) };
const url = await started(node("gateway", { SUBGRAPHS: JSON.stringify(urls) }));

const tokens = {};
for (const name of ["ada", "bob", "lin"]) tokens[name] = await signIn(issuer, name);
say("signed in at the provider: ada and bob (group editors), lin (group translators)");

// ── How it is asked ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Asks the gateway, as somebody or as nobody. */
async function ask(token, query) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  return { data, error: errors?.[0] && { message: errors[0].message, ...errors[0].extensions } };
}

/** Asks, and compares what is told with what it has to be. */
async function expect(name, query, expected) {
  const { data, error } = await ask(tokens[name], query);
  say(`${name ?? "nobody"}: ${query}`);
  say(`→ ${JSON.stringify(data)}${error ? ` ${JSON.stringify(error)}` : ""}`);
  equal(error, undefined);
  deepEqual(data, expected);
}

/** Asks for something that is refused. */
async function expectRefusal(name, query, expected) {
  const { error } = await ask(tokens[name], query);
  say(`${name ?? "nobody"}: ${query}`);
  say(`→ ${JSON.stringify(error)}`);
  for (const [member, value] of Object.entries(expected)) equal(error?.[member], value, member);
}

/** The last statement that a subgraph asked its database. */
function saySql(program) {
  const { sql, parameters } = program.lines.map(({ fields }) => fields ?? {}).findLast(({ sql }) => sql !== undefined);
  say(`SQL: ${sql}`);
  say(`     bound: ${parameters}`);
}

/** Asks again and again until it is so: the milliseconds that it took. */
async function until(what, isSo, { limit = 10_000, every = 10 } = {}) {
  const from = Date.now();
  while (!(await isSo())) {
    ok(Date.now() - from < limit, `${what}: not within ${limit} ms`);
    await pause(every);
  }
  return Date.now() - from;
}

async function walk() {
  step("Who is nobody sees the published pages alone");
  await expect(undefined, "{ pages { id title status } }", {
    pages: [
      { id: "p1", title: "Welcome", status: "published" },
      { id: "p3", title: "Imprint", status: "published" },
    ],
  });
  saySql(pages);
  await expectRefusal(undefined, "{ entries { id } }", { code: "UNAUTHENTICATED" });

  step("Editors see what is their own: `own` became a condition of the one statement");
  const entries = "{ entries { id title createdBy } }";
  const adas = [
    { id: "e1", title: "Ten years of lighthouses", createdBy: "ada" },
    { id: "e2", title: "Zehn Jahre Leuchttürme", createdBy: "ada" },
    { id: "e3", title: "Lamp", createdBy: "ada" },
  ];
  await expect("ada", entries, { entries: adas });
  saySql(content);
  await expect("bob", "{ entries { id } }", { entries: [{ id: "e4" }, { id: "e5" }] });

  step("A translator of articles into German sees those, whoever wrote them: `models` and `locales`");
  await expect("lin", "{ entries { id model locale createdBy } }", {
    entries: [
      { id: "e2", model: "article", locale: "de", createdBy: "ada" },
      { id: "e4", model: "article", locale: "de", createdBy: "bob" },
    ],
  });
  saySql(content);

  step("What refers to something gives no access to it: of a page's entries, Ada sees her own");
  const page = '{ pages { id hero { name } teasers { title } } }';
  await expect("ada", page, {
    pages: [
      { id: "p1", hero: { name: "lighthouse.jpg" }, teasers: [{ title: "Ten years of lighthouses" }, { title: null }] },
      { id: "p2", hero: { name: "sea.jpg" }, teasers: [{ title: "Ten years of lighthouses" }, { title: "Lamp" }] },
      { id: "p3", hero: null, teasers: [] },
    ],
  });

  step("They change what is their own, and nothing else");
  await expect("ada", 'mutation { renameEntry(id: "e3", title: "Lamps") { title } }', { renameEntry: { title: "Lamps" } });
  saySql(content);
  // Bob's is none to her.
  await expect("ada", 'mutation { renameEntry(id: "e5", title: "Mine") { title } }', { renameEntry: null });
  await expect("bob", '{ entry(id: "e5") { title } }', { entry: { title: "Foghorn" } });

  step("What is refused says which permission was missing, and why");
  await expectRefusal("lin", 'mutation { createEntry(id: "e6", model: "product", locale: "de", title: "Lampe") { id } }', {
    code: "FORBIDDEN",
    permission: "cms.entry.write",
    reason: "conditions_not_met",
  });
  await expect("lin", 'mutation { createEntry(id: "e6", model: "article", locale: "de", title: "Licht") { createdBy } }', {
    createEntry: { createdBy: "lin" },
  });

  step("The same in Node: Ada deletes her own file, and not Bob's");
  await expectRefusal("ada", 'mutation { deleteFile(id: "f2") }', {
    code: "FORBIDDEN",
    permission: "cms.file.delete",
    reason: "conditions_not_met",
  });
  await expect("ada", 'mutation { deleteFile(id: "f1") }', { deleteFile: "f1" });

  step("Ada is made a publisher: it counts as soon as the subgraphs are told, and nothing is started again");
  const publish = 'mutation { publishPage(id: "p2") { status } }';
  await expectRefusal("ada", publish, { code: "FORBIDDEN", permission: "cms.page.publish", reason: "no_permission" });
  const to = { provider: "corp", id: "ada" };
  const assignment = await casemate.call("POST /api/v1/assignments", { role: "publisher", to, reason: "while Bob is away" });
  const sees = async (count) => (await ask(tokens.ada, "{ pages { id } }")).data?.pages.length === count;
  say(`it counts after ${await until("the role counts", () => sees(4))} ms`);
  await expect("ada", publish, { publishPage: { status: "published" } });
  await expect(undefined, "{ pages { id } }", { pages: [{ id: "p1" }, { id: "p2" }, { id: "p3" }] });

  step("What the application recorded stands in Casemate's audit trail");
  const { items } = await casemate.call("POST /api/v1/audit-events/search", { actor: "ada", sort: "id" });
  const recorded = items.filter(({ kind }) => kind === "recorded");
  for (const { at, actor, action, outcome, resource, after } of recorded) {
    say(`${at} ${actor.type} ${actor.id} of ${actor.provider}: ${action} ${resource.type} ${resource.id}, ${outcome}`);
    say(`recorded by ${JSON.stringify(after.recorder)}`);
  }
  deepEqual(recorded.map(({ actor, action, resource }) => [actor.provider, action, resource.id]), [
    ["corp", "cms.file.delete", "f1"],
    ["corp", "cms.page.publish", "p2"],
  ]);

  step("What was given is taken away");
  await casemate.call(`DELETE /api/v1/assignments/${assignment.id}`);
  say(`it counts no more after ${await until("the role is gone", () => sees(3))} ms`);
  await expectRefusal("ada", publish, { code: "FORBIDDEN", permission: "cms.page.publish", reason: "no_permission" });

  step("Why may Ada not?");
  const told = await casemate.call("POST /api/v1/explain", {
    subject: { token: tokens.ada },
    action: { name: "cms.entry.write" },
    resource: { type: "entry", id: "e4", properties: { createdBy: "bob", model: "article", locale: "de" } },
  });
  say(`${told.decision} (${told.reason_code}): ${told.reason}`);
  deepEqual([told.decision, told.reason_code], ["denied", "conditions_not_met"]);
  match(told.reason, /resource\.createdBy == identity\.id is false/);

  step("A token that is none makes nobody of no one: it is refused");
  tokens.forged = `${tokens.ada.slice(0, -8)}AAAAAAAA`;
  await expectRefusal("forged", "{ pages { id } }", { code: "UNAUTHENTICATED" });

  step("Casemate is killed: the subgraphs go on by what they hold, until their lease ends");
  const all = "{ entries { id } files { id } }";
  const bobs = { entries: [{ id: "e4" }, { id: "e5" }], files: [{ id: "f2" }] };
  const published = { pages: [{ id: "p1" }, { id: "p2" }, { id: "p3" }] };
  await expect("bob", all, bobs);
  await expect(undefined, "{ pages { id } }", published);
  tokens.late = await signIn(issuer, "bob");
  await casemate.program.stop();
  const killed = Date.now();
  say("Casemate is gone");
  await expect("bob", all, bobs);
  await expect(undefined, "{ pages { id } }", published);
  say("a token that they do not know yet is nobody's, for now:");
  await expectRefusal("late", "{ entries { id } }", { code: "UNAVAILABLE" });
  const isRefused = async (token, query) => (await ask(token, query)).error?.code === "UNAVAILABLE";
  const areRefused = async () =>
    (await isRefused(tokens.bob, "{ entries { id } }")) &&
    (await isRefused(tokens.bob, "{ files { id } }")) &&
    (await isRefused(undefined, "{ pages { id } }"));
  await until("their leases end", areRefused, { limit: 40_000, every: 250 });
  say(`${((Date.now() - killed) / 1000).toFixed(1)} s later they hold nothing that counts, and refuse:`);
  await expectRefusal("bob", "{ entries { id } }", { code: "UNAVAILABLE" });
  await expectRefusal("bob", "{ files { id } }", { code: "UNAVAILABLE" });
  await expectRefusal(undefined, "{ pages { id } }", { code: "UNAVAILABLE" });

  step("Casemate is back, and so are they");
  await casemate.serve(casemate.listen);
  const answered = async () => (await ask(tokens.bob, all)).error === undefined;
  say(`after ${await until("they answer", answered, { limit: 30_000, every: 50 })} ms`);
  await expect("bob", all, bobs);
}

/** Leaves it running until somebody ends it. */
async function keep() {
  console.log("\nIt is left running; Ctrl-C ends it. Try:\n");
  const query = `curl -s ${url} -H 'Content-Type: application/json'`;
  const api = `curl -s ${casemate.url}/api/v1`;
  console.log(`  cd ${HERE}`);
  console.log(`  TOKEN=$(node walk/sign-in.mjs ${issuer} ada)    # or bob, or lin`);
  console.log(`  ${query} -H "Authorization: Bearer $TOKEN" -d '{"query":"{ pages { id title teasers { title } } }"}'`);
  console.log(`  ${query} -d '{"query":"{ pages { id title } }"}'\n`);
  console.log(`  KEY=${casemate.key}    # the administrator's`);
  console.log(`  ${api}/assignments -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\`);
  console.log(`    -d '{"role":"publisher","to":{"provider":"corp","id":"lin"}}'`);
  console.log(`  ${api}/audit-events -H "Authorization: Bearer $KEY"`);
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, resolve);
    // A promise alone keeps no program running.
    setInterval(() => {}, 2 ** 30);
  });
}

try {
  await walk();
  console.log(`\nAll ${steps} steps went as they have to, in ${((Date.now() - begun) / 1000).toFixed(1)} s.`);
  if (option === "--keep") await keep();
} catch (error) {
  console.error(`\nStep ${steps} went otherwise: ${error.message}`);
  for (const program of [casemate.program, ...running]) {
    console.error(`\n${program.name} said last:\n${program.log.split("\n").slice(-8).join("\n")}`);
  }
  process.exitCode = 1;
} finally {
  await Promise.all([casemate.program, ...running].map((program) => program.stop()));
}
process.exit();
