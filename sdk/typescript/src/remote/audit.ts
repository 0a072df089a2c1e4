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
/** The status where as many are on record as may be for now. */
const TOO_MANY = 429;
/** How many seconds it is waited then: until the server's next minute, and not until its next day. */
const LONGEST_WAIT = 65;
/** The status of what is longer than the server, or what stands before it, takes at once. */
const TOO_LARGE = 413;

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
    const send = (texts: readonly string[], key: string) => this.#attempts(texts, key);
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
    return this.#unsent.splice(0, fitting(this.#unsent, MAX_ITEMS));
  }

  /**
   * What became of each. The server records all that it is sent or nothing: those that it names are left out the second time, and what
   * is too long for one request is sent in two.
   */
  async #recorded(texts: readonly string[]): Promise<Ended[]> {
    try {
      await this.#attempts(texts, newKey());
      return texts.map(() => undefined);
    } catch (error) {
      const failure = failureOf(error);
      if (isTooLarge(failure) && texts.length > 1) {
        const half = Math.ceil(texts.length / 2);
        return [...(await this.#recorded(texts.slice(0, half))), ...(await this.#recorded(texts.slice(half)))];
      }
      const refused = refusals(failure, texts.length);
      if (refused.size === 0) return texts.map(() => failure);
      const rest = texts.filter((_, place) => !refused.has(place));
      const ended = rest.length === 0 ? [] : await this.#recorded(rest);
      return texts.map((_, place) => (refused.has(place) ? refused.get(place) : ended.shift()));
    }
  }

  /** Sends these. The same key for the same events: they are recorded once, however often the answer is lost. */
  async #attempts(texts: readonly string[], key: string): Promise<void> {
    const body = `{"items":[${texts.join(",")}]}`;
    const headers = { "idempotency-key": key };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#transport.exchange("POST", RECORD, body, { headers });
        return;
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error instanceof ClientError) || !error.mayPass) throw error;
        const seconds = error.status === TOO_MANY ? error.retryAfter : undefined;
        if (seconds !== undefined && seconds > LONGEST_WAIT) throw error;
        await this.#clock.sleep(seconds === undefined ? backoff(breakerSettings({}), attempt - 1, Math.random()) : seconds * 1000);
      }
    }
  }
}

/** How many, from the first on, go into one request: at least one where there is any. */
function fitting(events: readonly { readonly text: string }[], most: number): number {
  let [count, length] = [0, 0];
  for (const { text } of events) {
    length += text.length;
    if (count === most || (count > 0 && length > MAX_LENGTH)) break;
    count += 1;
  }
  return count;
}

function newKey(): string {
  return crypto.randomUUID();
}

function failureOf(error: unknown): CasemateError {
  return error instanceof CasemateError ? error : new CasemateError("unavailable", "the event could not be sent");
}

function isTooLarge(failure: CasemateError): boolean {
  return failure instanceof ClientError && failure.status === TOO_LARGE;
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
  readonly #send: (texts: readonly string[], key: string) => Promise<void>;
  readonly #clock: Clock;
  readonly #most: number;
  #events: { event: AuditEvent; text: string }[] = [];
  #flushing: Promise<void> | undefined;
  /** How many of the first may be on record already, and the key with which they were sent. */
  #unknown: { count: number; key: string } | undefined;

  /** @internal */
  constructor(send: (texts: readonly string[], key: string) => Promise<void>, clock: Clock, most: number) {
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
    const refused: { event: AuditEvent; error: CasemateError }[] = [];
    let cause: CasemateError | undefined;
    let most = MAX_ITEMS;
    // What is added meanwhile stands behind, and waits for the next flush.
    for (let left = this.#events.length; left > 0; ) {
      const { count, key } = this.#unknown ?? { count: fitting(this.#events.slice(0, left), most), key: newKey() };
      this.#unknown = undefined;
      const sent = this.#events.slice(0, count);
      const failure = await this.#send(sent.map(({ text }) => text), key).then(() => undefined, failureOf);
      if (failure && isTooLarge(failure) && count > 1) {
        most = Math.floor(count / 2);
        continue;
      }
      cause ??= failure;
      if (failure && isTooLarge(failure)) most = MAX_ITEMS;
      const not = failure && isTooLarge(failure) ? new Map([[0, failure]]) : failure && refusals(failure, count);
      if (failure && !not?.size) {
        if (failure instanceof ClientError && failure.mayPass) this.#unknown = { count, key };
        break;
      }
      // Where some are refused, none of the others is on record yet.
      const rest = not ? sent.filter((_, place) => !not.has(place)) : [];
      for (const [place, { event }] of sent.entries()) {
        const error = not?.get(place);
        if (error) refused.push({ event, error });
      }
      this.#events.splice(0, count, ...rest);
      left -= count - rest.length;
    }
    if (cause) throw new AuditError(refused, this.#events.length, cause);
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
