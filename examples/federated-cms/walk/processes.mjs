// Programs that the walk starts, and that never outlive it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const SUPERVISOR = new URL("../../../crates/test-support/src/supervise.sh", import.meta.url).pathname;
/** Milliseconds until a program must have said where it listens. */
const READY = 30_000;

/** A program with a temporary folder, both gone when the walk ends. */
export class Program {
  #supervisor;
  #ended;

  /**
   * Starts it. However the walk ends, the kernel closes the pipe that it holds, and the supervisor ends the program with
   * `signal`.
   */
  constructor(name, program, programArguments = [], { environment = {}, signal = "TERM" } = {}) {
    this.name = name;
    /** Removed by the supervisor, once the program has ended. */
    this.folder = mkdtempSync(join(tmpdir(), `casemate-federated-cms-${name}-`));
    this.#supervisor = spawn("/bin/sh", [SUPERVISOR, this.folder, signal, "100", program, ...programArguments], {
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1", ...environment },
      // A group of its own: what a terminal sends to the walk's must not hit it before it has cleaned up.
      detached: true,
    });
    this.#ended = new Promise((resolve) => this.#supervisor.once("exit", resolve));
  }

  /** All that it printed. */
  get log() {
    try {
      return readFileSync(join(this.folder, "log"), "utf8");
    } catch {
      return "";
    }
  }

  /** The lines of JSON that it printed. */
  get lines() {
    return this.log.split("\n").slice(0, -1).flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }

  /** What its first line of JSON with a URL says, once it is there. */
  async ready() {
    const deadline = Date.now() + READY;
    for (;;) {
      const said = this.lines.find(({ url }) => url !== undefined);
      if (said) return said;
      const hasEnded = this.#supervisor.exitCode !== null || this.#endedByItself();
      if (hasEnded || Date.now() > deadline) {
        throw new Error(`${this.name} ${hasEnded ? "ended" : "is not ready"}; it said:\n${this.log}`);
      }
      await pause(20);
    }
  }

  #endedByItself() {
    try {
      return readFileSync(join(this.folder, "exit-status"), "utf8") !== "";
    } catch {
      return false;
    }
  }

  /** Ends it, and waits until it is gone. */
  async stop() {
    this.#supervisor.stdin.destroy();
    await this.#ended;
  }
}
