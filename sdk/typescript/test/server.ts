import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The built program. */
const BINARY = process.env["CASEMATE_BINARY"] ?? join(ROOT, "target/debug/casemate");

/** A real server on the example policy, until `stop`; it ends too when this process does, however that ends. */
export interface Server {
  url: string;
  credential: string;
  stop(): Promise<void>;
}

export async function start(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "casemate-sdk-"));
  const log = join(folder, "log");
  // The tests' own supervisor: ends the program and removes the folder when the pipe to it closes.
  const supervisor = join(ROOT, "crates/test-support/src/supervise.sh");
  const serve = ["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
  const policy = ["--policy", join(ROOT, "examples/policy")];
  const child = spawn("sh", [supervisor, folder, "TERM", "100", BINARY, ...serve, ...policy], {
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
      return { url: said.url, credential: said.development_credential, stop };
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

function listening(log: string): { url: string; development_credential: string } | undefined {
  const line = read(log)
    .split("\n")
    .slice(0, -1)
    .find((text) => text.startsWith("{"));
  return line === undefined ? undefined : (JSON.parse(line) as { url: string; development_credential: string });
}
