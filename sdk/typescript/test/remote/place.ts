import { createServer, connect as dial, type AddressInfo, type Socket } from "node:net";
import { createHash } from "node:crypto";
import { type Server, start } from "../server.js";

/** The secrets of the credentials of services. */
export const SERVICE = "notes-service-secret";
export const BOUND = "bound-service-secret";
export const NARROW = "narrow-service-secret";

const digest = (secret: string) => createHash("sha256").update(secret).digest("hex");

export const NOTES = `
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
folder = { type = "string", nullable = true }
[[permission]]
name = "notes.*"
properties.own = { type = "bool", when = "value == false || (resource.author == 'a' && identity.provider == 'api-key')" }
properties.folders = { type = "list<string>", when = "resource.folder in value" }
`;

const SHOP = `
format = 1
[application]
id = "shop"
namespaces = ["shop"]
[attributes]
buyer = { type = "string" }
[[permission]]
name = "shop.*"
properties.own = { type = "bool", when = "value == false || (resource.buyer == 'b' && has(identity.id))" }
`;

const ROLES = `
format = 1
[[role]]
name = "author"
permissions = [{ name = "notes.{read,write}", own = true }, { name = "*", own = true }]
[[role]]
name = "reader"
permissions = [{ name = "notes.read", folders = ["public"] }]
[[role]]
name = "suspended"
permissions = [{ name = "notes.*", deny = true }]
[[assignment]]
role = "reader"
to = { type = "anonymous" }
[[credential]]
id = "service"
secret_sha256 = "${digest(SERVICE)}"
permissions = [{ name = "casemate.permission.read" }, { name = "casemate.decision.ask" }, { name = "casemate.audit-event.record" }]
[[credential]]
id = "bound"
secret_sha256 = "${digest(BOUND)}"
application = "notes"
permissions = [{ name = "casemate.permission.read" }, { name = "casemate.audit-event.record" }]
[[credential]]
id = "narrow"
secret_sha256 = "${digest(NARROW)}"
permissions = [{ name = "casemate.permission.read" }]
`;

/** A real server with a policy of two applications, and its administrator. */
export interface Place {
  server: Server;
  /** Asks as the administrator: the answer and its revision. */
  change(method: string, path: string, body?: unknown): Promise<{ body: Record<string, unknown>; revision: number }>;
  /** A service account's key and the key's id. */
  account(name: string): Promise<{ id: string; key: string; keyId: string }>;
  assign(role: string, login: string): Promise<{ id: string; revision: number }>;
  /** The events of an action in the audit trail, the oldest first. */
  trail(action: string): Promise<Record<string, unknown>[]>;
}

export async function begin(): Promise<Place> {
  const server = await start({ "notes.toml": NOTES, "shop.toml": SHOP, "roles.toml": ROLES });
  const ask = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const sent = { "content-type": "application/json", "if-match": "*", ...headers };
    const answer = await fetch(server.url + path, { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const revision = Number(answer.headers.get("casemate-revision") ?? 0);
    return { body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>, revision };
  };
  const administrator = { service_account: { name: "operator" } };
  const made = await ask("POST", "/api/v1/administrators", { key: server.oneTimeKey, administrator }, {});
  const { key: own } = made.body["api_key"] as { key: string };
  const change = (method: string, path: string, body?: unknown) => ask(method, path, body, { authorization: `Bearer ${own}` });
  return {
    server,
    change,
    async account(name) {
      const { id } = (await change("POST", "/api/v1/service-accounts", { name })).body as { id: string };
      const { body } = await change("POST", `/api/v1/service-accounts/${id}/api-keys`, { title: "test" });
      return { id, key: body["key"] as string, keyId: body["id"] as string };
    },
    async assign(role, login) {
      const to = { provider: "casemate", type: "service", login };
      const { body, revision } = await change("POST", "/api/v1/assignments", { role, to });
      return { id: body["id"] as string, revision };
    },
    async trail(action) {
      const { body } = await change("POST", "/api/v1/audit-events/search", { action, sort: "id", limit: 1_000 });
      return body["items"] as Record<string, unknown>[];
    },
  };
}

/** A way to a server that can be cut and mended. */
export interface Way {
  url: string;
  /** Tears all connections, and takes no more. */
  cut(): void;
  mend(): void;
  close(): void;
}

export async function wayTo(url: string): Promise<Way> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((client) => {
    if (isCut) return void client.destroy();
    const server = dial(Number(port), hostname);
    for (const [one, other] of [[client, server], [server, client]] as const) {
      sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const tear = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      tear();
    },
    mend() {
      isCut = false;
    },
    close() {
      tear();
      proxy.close();
    },
  };
}
