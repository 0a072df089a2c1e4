import type { Clock } from "../../src/index.js";

interface Sleeper {
  until: number;
  wake: () => void;
}

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #now: number;
  #elapsed = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now = Date.parse("2027-01-15T08:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Sets it to another time, as somebody does whose clock is wrong: nothing goes by meanwhile. */
  set(now: number): void {
    this.#now = now;
  }

  /** Moves it on. Whoever sleeps until then wakes. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#elapsed += milliseconds;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#elapsed) sleeper.wake();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = {
        until: this.#elapsed + milliseconds,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      if (signal?.aborted || milliseconds <= 0) sleeper.wake();
      else signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }
}

/** Moves the clock on in steps until it is so. */
export async function advanceUntil(clock: TestClock, isSo: () => boolean, step = 100): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("it did not come to be so");
    clock.advance(step);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Looks again and again until it is so. */
export async function until(isSo: () => boolean, what = "it did not come to be so"): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(what);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
