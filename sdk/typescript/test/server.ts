import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Tests run in the package's folder; where they play a browser, modules have no files. */
const ROOT = resolve("../..");

/** The built program. */
const BINARY = process.env["CASEMATE_BINARY"] ?? join(ROOT, "target/debug/casemate");

/** A real server, until `stop`; it ends too when this process does, however that ends. */
export interface Server {
  url: string;
  credential: string;
  /** Makes an administrator, once. */
  oneTimeKey: string;
  /** Its policy. */
  policy: string;
  stop(): Promise<void>;
}

/** Starts one on the example policy, or on these files. */
export async function start(files?: Readonly<Record<string, string>>): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "casemate-sdk-"));
  const log = join(folder, "log");
  // The tests' own supervisor: ends the program and removes the folder when the pipe to it closes.
  const supervisor = join(ROOT, "crates/test-support/src/supervise.sh");
  const serve = ["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
  const policy = files === undefined ? join(ROOT, "examples/policy") : join(folder, "policy");
  if (files !== undefined) {
    mkdirSync(policy, { mode: 0o700 });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(policy, name), text);
  }
  const child = spawn("sh", [supervisor, folder, "TERM", "100", BINARY, ...serve, "--policy", policy], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const deadline = Date.now() + 30_000;
  for (;;) {
    const said = listening(log);
    if (said) {
      const stop = () => {
        child.stdin.end();
        return ended;
      };
      return { url: said.url, credential: said.development_credential, oneTimeKey: said.one_time_key, policy, stop };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      const why = read(log);
      child.stdin.end();
      await ended;
      throw new Error(`the server did not start:\n${why}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read(log: string): string {
  try {
    return readFileSync(log, "utf8");
  } catch {
    return "";
  }
}

interface Said {
  url: string;
  development_credential: string;
  one_time_key: string;
}

function listening(log: string): Said | undefined {
  const line = read(log)
    .split("\n")
    .slice(0, -1)
    .find((text) => text.startsWith("{"));
  return line === undefined ? undefined : (JSON.parse(line) as Said);
}
