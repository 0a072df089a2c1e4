// A real server in a new folder, with the console in front of it.
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startFront } from "./front.mjs";

export const BINARY = process.env.CASEMATE_BINARY ?? fileURLToPath(new URL("../../../target/debug/casemate", import.meta.url));

/** Reads what a server prints until it has said where it listens and, where it has nobody yet, its one-time key. */
function firstWords(child, isNew) {
  return new Promise((resolve, reject) => {
    let address;
    const log = [];
    createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log.slice(-20).join("\n")}`)));
    child.once("error", reject);
    createInterface({ input: child.stdout }).on("line", (line) => {
      address ??= /listens on (http:\S+)/.exec(line)?.[1];
      const key = /\bcmk_[A-Za-z0-9_]+/.exec(line)?.[0];
      if (address && (key || !isNew)) resolve({ address, key: key ?? "", log });
    });
  });
}

/** Whether the binary was built with this console in it, as `cargo xtask test` sees to. Otherwise a server of our own serves it. */
const SERVES = process.env.CASEMATE_SERVES_CONSOLE === "1";

/** Starts the binary on a free port in a new folder, with the console on the same origin as the API; `from` is data that it begins with. */
export async function startServer({ arguments: more = /** @type {string[]} */ ([]), port = 0, publicUrl = "", from = "" } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "casemate-console-"));
  const data = join(folder, "data");
  if (from) await cp(from, data, { recursive: true });
  let behind = "";
  const front = SERVES ? undefined : await startFront(port, () => behind);
  const reached = publicUrl || front?.url;
  const words = ["--data", data, "--accounts", "--trusted-proxies", "127.0.0.1/32", ...(reached ? ["--public-url", reached] : []), ...more];
  const run = (listen) => spawn(BINARY, ["serve", "--listen", listen, ...words], { cwd: folder, env: { PATH: process.env.PATH ?? "" }, stdio: ["ignore", "pipe", "pipe"] });
  let child = run(`127.0.0.1:${front ? 0 : port}`);
  // Whatever ends this process ends the server too.
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  const endChild = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  };
  /** Ends the server, and leaves its folder. */
  const endServer = async () => {
    process.off("exit", end);
    await front?.stop();
    await endChild();
  };
  /** Ends the server and starts it anew at the same address; `between` is what happens while there is none. */
  const restart = async (between) => {
    await endChild();
    await between();
    child = run(new URL(behind).host);
    await firstWords(child, false);
  };
  const stop = async () => {
    await endServer();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { address, key, log } = await firstWords(child, from === "");
    behind = address;
    return { url: front?.url ?? address, behind: address, key, log, folder, data, end: endServer, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
