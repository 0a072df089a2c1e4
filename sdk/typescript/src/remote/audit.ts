import { limit } from "../client/limit.js";
import type { Transport } from "../client/transport.js";
import { AuditError, CasemateError, ClientError } from "../errors.js";
import { stringify } from "../json.js";
import { breakerSettings, backoff } from "./breaker.js";
import { Caller } from "./caller.js";
import type { Clock } from "./clock.js";

const RECORD = "/api/v1/audit-events/record";
/** Events of one request. */
const MAX_ITEMS = 100;
/** Characters of the events of one request, but for a single one. */
const MAX_LENGTH = 256 * 1024;
/** Events that may wait for an answer at a time. */
const WAITING = 10_000;
/** Requests that may be under way at a time. */
const REQUESTS = 4;
/** How often the same is sent where no answer comes. */
const ATTEMPTS = 3;

/** Who did something: a caller, a token that they presented, the directory's id of them, or in the application's own words. */
export type Doer = Caller | { token: string } | { identity: string } | { type: string; id: string } | { anonymous: true };

/** What was done in the application. */
export interface AuditEvent {
  /** What the application calls it: a name in a namespace of its own, such as `notes.note.publish`. */
  action: string;
  /** How it ended. */
  outcome: "success" | "denied" | "failure";
  /** Who did it; this service itself, where nobody is named. */
  subject?: Doer;
  resource?: { type: string; id: string };
  /** Why it was denied or failed, as a stable code; or the reason that they gave. */
  reason?: string;
  /** What else is to be known of it, without secrets: at most 8 KiB of JSON. */
  details?: { readonly [name: string]: unknown };
  /** When it was done; as it is recorded, where nothing is said. */
  at?: Date;
  /** The application's own request. */
  requestId?: string;
}

/** Why an event is not on record, or nothing where it is. */
type Ended = CasemateError | undefined;

interface Waiting {
  text: string;
  tell: (ended: Ended) => void;
}

/** Puts what was done in the application into the server's audit trail. It needs `casemate.audit-event.record`. */
export class Audit {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #unsent: Waiting[] = [];
  #waiting = 0;
  #requests = 0;
  #isGathering = false;

  /** @internal */
  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * Records an event; it is on record, durably, once this ends. Those of one moment travel together, and one that the server does not
   * take fails by itself. Throws where it is not known to be on record.
   */
  async record(event: AuditEvent): Promise<void> {
    const ended = await this.#send(textOf(event));
    if (ended) throw ended;
  }

  /** Events that are gathered until `flush`. */
  batch(most = 1_000): AuditBatch {
    const send = (text: string) => this.#send(text);
    return new AuditBatch(send, this.#clock, limit("most", most, 1, WAITING));
  }

  async #send(text: string): Promise<Ended> {
    if (this.#waiting >= WAITING) return new CasemateError("overloaded", `${WAITING} events wait to be recorded already`);
    this.#waiting += 1;
    const ended = new Promise<Ended>((tell) => this.#unsent.push({ text, tell }));
    if (!this.#isGathering && this.#requests < REQUESTS) {
      this.#isGathering = true;
      this.#requests += 1;
      queueMicrotask(() => void this.#sendAll());
    }
    try {
      return await ended;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      this.#isGathering = false;
      const batch = this.#nextBatch();
      if (batch.length === 0) break;
      const ended = await this.#recorded(batch.map(({ text }) => text));
      batch.forEach(({ tell }, place) => tell(ended[place]));
    }
    this.#requests -= 1;
  }

  #nextBatch(): Waiting[] {
    let [count, length] = [0, 0];
    for (const { text } of this.#unsent) {
      length += text.length;
      if (count === MAX_ITEMS || (count > 0 && length > MAX_LENGTH)) break;
      count += 1;
    }
    return this.#unsent.splice(0, count);
  }

  /** What became of each. The server records all that it is sent or nothing: those that it names are left out the second time. */
  async #recorded(texts: readonly string[]): Promise<Ended[]> {
    try {
      await this.#attempts(texts);
      return texts.map(() => undefined);
    } catch (error) {
      const failure = error instanceof CasemateError ? error : new CasemateError("unavailable", "the event could not be sent");
      const refused = refusals(failure, texts.length);
      if (refused.size === 0) return texts.map(() => failure);
      const rest = texts.filter((_, place) => !refused.has(place));
      const ended = rest.length === 0 ? [] : await this.#recorded(rest);
      return texts.map((_, place) => (refused.has(place) ? refused.get(place) : ended.shift()));
    }
  }

  async #attempts(texts: readonly string[]): Promise<void> {
    const body = `{"items":[${texts.join(",")}]}`;
    // The same key for the same events: they are recorded once, however often the answer is lost.
    const headers = { "idempotency-key": crypto.randomUUID() };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#transport.exchange("POST", RECORD, body, { headers });
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error instanceof ClientError) || !error.mayPass) throw error;
        await this.#clock.sleep(backoff(breakerSettings({}), attempt - 1, Math.random()));
      }
    }
  }
}

/** Which of the events the server does not take, and why. */
function refusals(failure: CasemateError, count: number): Map<number, CasemateError> {
  const refused = new Map<number, CasemateError>();
  if (!(failure instanceof ClientError) || failure.problem !== "invalid_document") return refused;
  for (const { pointer, message } of failure.errors) {
    const place = /^\/items\/(\d{1,3})(\/.*)?$/.exec(pointer);
    const number = Number(place?.[1] ?? -1);
    if (number < 0 || number >= count || refused.has(number)) continue;
    const why = `the event is not taken: ${place?.[2] ?? ""} ${message}`;
    refused.set(number, new ClientError("refused", why, failure.status, failure.problem, failure.requestId));
  }
  return refused;
}

/** Events that are gathered until they are flushed. None is lost without a word: what is not on record is still there, or in the error. */
export class AuditBatch {
  readonly #send: (text: string) => Promise<Ended>;
  readonly #clock: Clock;
  readonly #most: number;
  #events: { event: AuditEvent; text: string }[] = [];
  #flushing: Promise<void> | undefined;

  /** @internal */
  constructor(send: (text: string) => Promise<Ended>, clock: Clock, most: number) {
    this.#send = send;
    this.#clock = clock;
    this.#most = most;
  }

  /** How many wait to be recorded. */
  get size(): number {
    return this.#events.length;
  }

  /** Gathers an event as of now. Throws where as many wait already as may. */
  add(event: AuditEvent): void {
    if (this.#events.length >= this.#most) {
      throw new CasemateError("overloaded", `${this.#most} events wait to be recorded already: flush them first`);
    }
    const at = event.at ?? new Date(this.#clock.now());
    this.#events.push({ event, text: textOf({ ...event, at }) });
  }

  /**
   * Records all that were gathered. Throws an `AuditError` where some are not on record: those that the server does not take stand in
   * it and are left out from then on; all others wait for the next flush.
   */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing.catch(() => undefined);
    this.#flushing = this.#flush();
    try {
      await this.#flushing;
    } finally {
      this.#flushing = undefined;
    }
  }

  async #flush(): Promise<void> {
    const events = [...this.#events];
    const ended = await Promise.all(events.map(({ text }) => this.#send(text)));
    const isRefused = (end: Ended) => end instanceof ClientError && end.problem === "invalid_document";
    const left = events.filter((_, place) => ended[place] !== undefined && !isRefused(ended[place]));
    // What was added meanwhile stands behind.
    this.#events = [...left, ...this.#events.slice(events.length)];
    const refused = events.flatMap(({ event }, place) => {
      const error = ended[place];
      return error && isRefused(error) ? [{ event, error }] : [];
    });
    const first = ended.find((end) => end !== undefined);
    if (first) throw new AuditError(refused, left.length, first);
  }
}

/** The event as the server takes it, as it is now. */
function textOf(event: AuditEvent): string {
  const { action, outcome, subject, resource, reason, details, at, requestId } = event;
  return stringify({
    action,
    outcome,
    ...(subject === undefined ? {} : { subject: subjectOf(subject) }),
    ...(resource === undefined ? {} : { resource: { type: resource.type, id: resource.id } }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    ...(at === undefined ? {} : { at: at.toISOString() }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  });
}

function subjectOf(subject: Doer): Exclude<Doer, Caller> {
  if (!(subject instanceof Caller)) return subject;
  if (subject.isAnonymous) return { anonymous: true };
  if (subject.directoryId !== undefined) return { identity: subject.directoryId };
  return { type: subject.identity.type, id: subject.identity.id ?? "" };
}
