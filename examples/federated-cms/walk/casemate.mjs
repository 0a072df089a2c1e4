// Casemate: started on a policy, and administered through its API.
import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AUDIENCE } from "../provider.mjs";
import { Program } from "./processes.mjs";

const POLICY = new URL("../policy", import.meta.url).pathname;

export class Casemate {
  /** Applies the policy, starts the server and becomes its administrator. */
  static async start(binary, folder, issuer) {
    const policy = join(folder, "policy");
    cpSync(POLICY, policy, { recursive: true });
    // Where the provider listens is only known now.
    writeFileSync(
      join(policy, "provider.toml"),
      `format = 1\n[[provider]]\nname = "corp"\nissuer = "${issuer}"\naudiences = ["${AUDIENCE}"]\n`,
    );
    const data = join(folder, "data");
    execFileSync(binary, ["apply", policy, "--data", data, "--reason", "the first policy"]);
    const casemate = new Casemate(binary, data);
    const { one_time_key: key } = await casemate.serve("127.0.0.1:0");
    const administrator = { service_account: { name: "operator" } };
    casemate.key = (await casemate.call("POST /api/v1/administrators", { key, administrator })).api_key.key;
    return casemate;
  }

  constructor(binary, data) {
    this.binary = binary;
    this.data = data;
  }

  /** Starts the server on its data. */
  async serve(listen) {
    const served = ["serve", "--format", "json", "--listen", listen, "--data", this.data];
    this.program = new Program("casemate", this.binary, served, { signal: "KILL" });
    const said = await this.program.ready();
    this.listen = said.listen;
    this.url = `http://${said.listen}`;
    return said;
  }

  /** Sends a request of the API, such as `GET /api/v1/roles`, as the administrator: what it answers. */
  async call(request, body) {
    const [method, path] = request.split(" ");
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "DELETE" ? { "if-match": "*" } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${request} was answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** A service account of the subgraph's own, and an API key that is bound to the application. */
  async account(name) {
    const { id } = await this.call("POST /api/v1/service-accounts", { name });
    await this.call("POST /api/v1/assignments", {
      role: "subgraph",
      to: { provider: "casemate", type: "service", login: name },
    });
    const key = { title: `the subgraph ${name}`, application: "cms", networks: ["127.0.0.0/8"] };
    return (await this.call(`POST /api/v1/service-accounts/${id}/api-keys`, key)).key;
  }
}
