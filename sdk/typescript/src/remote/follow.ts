import { CasemateError, ClientError } from "../errors.js";
import { isObject } from "../client/transport.js";
import { parse } from "../json.js";
import { type BreakerSettings, backoff } from "./breaker.js";
import { readChange } from "./selector.js";
import { EventParser, type StreamEvent } from "./sse.js";
import type { State } from "./state.js";
import { revisionOf } from "./wire.js";

const CHANGES = "/api/v1/permissions/changes";
/** Milliseconds that what is held counts after an event, where the server says nothing else. */
const LEASE = 30_000;
/** The longest lease that is believed. */
const LONGEST_LEASE = 300_000;

/** Follows what changes until it is stopped, and begins anew where the stream ends. */
export async function follow(state: State, waits: Required<BreakerSettings>, stop: AbortSignal): Promise<void> {
  const rounds = { count: 0 };
  while (!stop.aborted) {
    try {
      await read(state, rounds, stop);
    } catch (error) {
      if (stop.aborted) return;
      const why = error instanceof Error ? error.message : "no reason given";
      state.onFailure(error instanceof CasemateError ? error : new ClientError("malformed_answer", `the stream of changes broke: ${why}`));
    }
    if (stop.aborted) return;
    await state.clock.sleep(backoff(waits, rounds.count, Math.random()), stop);
    rounds.count += 1;
  }
}

/** Reads one stream to its end. */
async function read(state: State, rounds: { count: number }, stop: AbortSignal): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  try {
    const reader = await state.transport.stream(CHANGES, state.last, signal);
    const parser = new EventParser();
    let lease = LEASE;
    for (;;) {
      // The server says every few seconds that it is there; after half a lease without a word it is not.
      const silence = new AbortController();
      const quiet = state.clock.sleep(lease / 2, AbortSignal.any([signal, silence.signal])).then(() => undefined);
      const chunk = await Promise.race([reader.read(), quiet]);
      silence.abort();
      if (chunk === undefined) throw new ClientError("timeout", "nothing comes from the stream of changes");
      if (chunk.done) return;
      for (const event of parser.push(chunk.value)) {
        lease = take(state, event, lease);
        rounds.count = 0;
      }
    }
  } finally {
    // Ends the connection, whatever else is under way on it.
    over.abort();
  }
}

/** Takes one event; gives the lease. One that cannot be read breaks the stream: what it says may be what takes permissions away. */
function take(state: State, { kind, id, data }: StreamEvent, lease: number): number {
  if (kind === "ready") {
    const said = parse(data);
    const revision = revisionOf(said);
    const { lease_seconds: seconds, since } = isObject(said) ? said : {};
    const told = typeof seconds === "number" ? Math.min(Math.max(seconds * 1_000, 1_000), LONGEST_LEASE) : lease;
    state.begin(id, revision, typeof since === "number" ? Math.min(since, revision) : revision, told);
    return told;
  }
  if (kind === "change") state.take(id, readChange(data), lease);
  else if (kind === "alive") state.live(id, revisionOf(parse(data)), lease);
  // Whatever else a later version tells beside this.
  return lease;
}
