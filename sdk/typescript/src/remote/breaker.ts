import { limit } from "../client/limit.js";

/** How a server that fails is treated. Times are milliseconds. */
export interface BreakerSettings {
  /** After so many failures in a row nothing is asked for a time; 5 unless you say otherwise. */
  failures?: number;
  /** For how long at first, 200 ms; twice as long after each probe that fails, within `longest`. Up to half of it is left to chance. */
  shortest?: number;
  /** For how long at most, 10 s. */
  longest?: number;
}

/** How long the `round`th wait is, counted from 0, where `chance` is from 0 to 1. */
export function backoff(settings: Required<BreakerSettings>, round: number, chance: number): number {
  const whole = Math.min(settings.shortest * 2 ** Math.min(round, 20), settings.longest);
  return whole - (whole / 2) * chance;
}

export function breakerSettings({ failures = 5, shortest = 200, longest = 10_000 }: BreakerSettings): Required<BreakerSettings> {
  return {
    failures: limit("breaker.failures", failures, 1),
    shortest: limit("breaker.shortest", shortest, 1, 3_600_000),
    longest: limit("breaker.longest", longest, shortest, 3_600_000),
  };
}

type State = { is: "closed" } | { is: "open"; until: number } | { is: "half-open"; since: number };

/** A circuit breaker. It is told the time, and waits for nothing. */
export class Breaker {
  #state: State = { is: "closed" };
  #failures = 0;
  #opened = 0;

  constructor(private readonly settings: Required<BreakerSettings>) {}

  /** Whether to ask now. Whoever is told so says afterwards how it went. */
  admits(now: number): boolean {
    if (this.#state.is === "closed") return true;
    if (this.#state.is === "open" && now < this.#state.until) return false;
    // A probe of which nothing was heard any more holds up the next for a bounded time.
    if (this.#state.is === "half-open" && now < this.#state.since + this.settings.longest) return false;
    this.#state = { is: "half-open", since: now };
    return true;
  }

  /** It answered. */
  answered(): void {
    this.#state = { is: "closed" };
    this.#failures = 0;
    this.#opened = 0;
  }

  /** It answered what cannot be read; of less it might be. A probe that comes to this has failed. */
  unread(now: number, chance: number): void {
    if (this.#state.is === "half-open") this.failed(now, chance);
  }

  /** It did not answer, or answered nonsense. */
  failed(now: number, chance: number): void {
    this.#failures += 1;
    const opens = this.#state.is === "half-open" || (this.#state.is === "closed" && this.#failures >= this.settings.failures);
    if (!opens) return;
    this.#state = { is: "open", until: now + backoff(this.settings, this.#opened, chance) };
    this.#opened += 1;
  }
}
