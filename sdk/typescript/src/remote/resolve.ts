import { CasemateError, ClientError, CredentialError, EngineError } from "../errors.js";
import { type Entry, keyOf } from "./cache.js";
import type { Credential } from "./credential.js";
import { type Schemas, type State, TooLong } from "./state.js";
import { type Item, Unreadable, readResolved } from "./wire.js";

const RESOLVE = "/api/v1/permissions/resolve";

/** The most that one request asks for. */
const BATCH = 100;
/** The most characters of credentials that one request carries, but for a single one: a server takes a mebibyte. */
const BATCH_LENGTH = 256 * 1024;
/** Requests that may be under way at a time. */
const REQUESTS = 8;
/** Callers who may wait for an answer at a time. */
const WAITING = 10_000;

/** Milliseconds that somebody may be answered about whose word is good for one request: as long as a request takes. */
const ONCE = 30_000;

type Outcome = Entry | CasemateError;

/** They did not fit into an answer with others: they are to be asked for by themselves. */
const ALONE = Symbol("alone");

/** One caller to ask for. */
interface Wanted {
  key: string;
  /** Nothing for whoever presents nothing. */
  token: string | undefined;
  tell: (outcome: Outcome) => void;
}

/** Asks who callers are: those that are asked for in the same moment together, and each once. */
export class Resolver {
  /** Those who are asked for, until they are answered. */
  readonly #underWay = new Map<string, Promise<Outcome>>();
  readonly #unsent: Wanted[] = [];
  #requests = 0;
  /** Somebody gathers those of this moment. */
  #isGathering = false;

  constructor(readonly state: State) {}

  /** What stands for a credential among those who are known. */
  static keyOf(credential: Credential): Promise<string> {
    return keyOf(credential.token);
  }

  /** Somebody, as the server knows them now. */
  async resolve(key: string, { token }: Credential): Promise<Entry> {
    const outcome = await (this.#underWay.get(key) ?? this.#wait(key, token));
    if (outcome instanceof CasemateError) throw outcome;
    return outcome;
  }

  #wait(key: string, token: string | undefined): Promise<Outcome> {
    if (this.#underWay.size >= WAITING) {
      throw new CasemateError("unavailable", `${WAITING} callers wait for an answer already`);
    }
    const outcome = new Promise<Outcome>((tell) => this.#unsent.push({ key, token, tell }));
    this.#underWay.set(key, outcome);
    if (!this.#isGathering && this.#requests < REQUESTS) {
      this.#isGathering = true;
      this.#requests += 1;
      // Digests of those who ask in this moment are ready a little later than each other.
      setTimeout(() => void this.#askForAll(), 0);
    }
    return outcome;
  }

  async #askForAll(): Promise<void> {
    for (;;) {
      this.#isGathering = false;
      const batch = this.#nextBatch();
      if (batch.length === 0) break;
      await this.#askFor(batch);
    }
    this.#requests -= 1;
  }

  #nextBatch(): Wanted[] {
    let [count, length] = [0, 0];
    for (const { token = "" } of this.#unsent) {
      length += token.length;
      if (count === BATCH || (count > 0 && length > BATCH_LENGTH)) break;
      count += 1;
    }
    return this.#unsent.splice(0, count);
  }

  async #askFor(batch: readonly Wanted[]): Promise<void> {
    const held = batch.map(({ key }) => this.state.callers.get(key));
    const asked = await this.#outcomes(batch, held);
    for (const [place, wanted] of batch.entries()) {
      let outcome = asked[place];
      // What others hold filled the answer: by themselves they are told, however much it is.
      if (outcome === ALONE && batch.length > 1) [outcome] = await this.#outcomes([wanted], [held[place]]);
      const told =
        outcome === undefined || outcome === ALONE
          ? new CasemateError("unavailable", "what they hold is too much for an answer")
          : outcome;
      this.#keep(wanted.key, told);
      this.#underWay.delete(wanted.key);
      wanted.tell(told);
    }
  }

  #keep(key: string, outcome: Outcome): void {
    if (!(outcome instanceof CasemateError)) {
      if (outcome.isForOnce) return this.state.callers.forget(key);
      // What was changed while the answer was on its way may mean them.
      if (this.state.seen > outcome.revision) outcome.stale = true;
      this.state.callers.put(key, outcome);
    } else if (outcome.code !== "unavailable") {
      // A verdict ends what was known; where nobody answered, it is held until it is not counted any more.
      this.state.callers.forget(key);
    }
  }

  async #outcomes(batch: readonly Wanted[], held: readonly (Entry | undefined)[]): Promise<(Outcome | typeof ALONE)[]> {
    try {
      return await this.#answers(batch, held);
    } catch (error) {
      const isOfLess = error instanceof Unreadable || error instanceof TooLong;
      if (isOfLess && batch.length > 1) {
        const middle = batch.length >> 1;
        const first = await this.#outcomes(batch.slice(0, middle), held.slice(0, middle));
        return [...first, ...(await this.#outcomes(batch.slice(middle), held.slice(middle)))];
      }
      const failure = error instanceof Unreadable ? this.state.nonsense(error) : failureOf(error);
      return batch.map(() => failure);
    }
  }

  /** What the server answers to each of a batch. */
  async #answers(batch: readonly Wanted[], held: readonly (Entry | undefined)[]): Promise<(Outcome | typeof ALONE)[]> {
    const items = batch.map(({ token }, place) => {
      const known = held[place];
      const who = token === undefined ? { anonymous: true } : { token };
      return known ? { ...who, if_none_match: known.etag } : who;
    });
    const { state } = this;
    const told = await state.ask(RESOLVE, JSON.stringify({ items }), { atLeast: state.seen }, ({ text }) =>
      readResolved(text, batch.length),
    );
    const schemas = await state.schemasOf(told.revision);
    state.saw(told.revision);
    return told.items.map((item, place) => this.#outcome(item, held[place], told.revision, schemas));
  }

  #outcome(item: Item | Unreadable, held: Entry | undefined, revision: number, schemas: Schemas): Outcome | typeof ALONE {
    const { application, generation } = schemas;
    if (item instanceof Unreadable) return this.#unreadable(item.message);
    if (item.is === "problem") return item.code === "limit_reached" ? ALONE : problem(item.code);
    if (item.is === "not-modified") {
      if (!held) return this.#unreadable("nothing is known that could be unchanged");
      const set = held.generation === generation ? held.set : compiled(schemas, held.permissions);
      if (set instanceof CasemateError) return set;
      return { ...held, set, generation, application, revision, ...this.#countsUntil(item.validUntil), stale: false };
    }
    const { known, identityText, permissions, validUntil, etag } = item;
    const set = compiled(schemas, permissions);
    if (set instanceof CasemateError) return set;
    return { ...known, identityText, permissions, set, etag, generation, revision, ...this.#countsUntil(validUntil), application, stale: false };
  }

  /**
   * Until when what was just said counts, and whether it is for one request alone: the server vouches for it, and by its own word nobody
   * relies on it any longer.
   */
  #countsUntil(validUntil: number | undefined): { validUntil: number | undefined; isForOnce: boolean } {
    const now = this.state.clock.now();
    const isForOnce = validUntil !== undefined && validUntil <= now;
    return { validUntil: isForOnce ? now + ONCE : validUntil, isForOnce };
  }

  /** What is said of one cannot be read: that is no reason to leave the server alone, which answers about others. */
  #unreadable(why: string): CasemateError {
    this.state.onFailure(new ClientError("malformed_answer", `what the server says of a caller cannot be read: ${why}`));
    return new CasemateError("unavailable", "what the server says of the caller cannot be read");
  }
}

function compiled({ catalog }: Schemas, permissions: string) {
  try {
    return catalog.compileText(permissions);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return new CasemateError("permissions_failed", `what the caller holds cannot be said: ${error.message}`);
  }
}

function problem(code: string): CasemateError {
  if (["credential_rejected", "user_inactive", "credential_missing"].includes(code)) {
    return new CredentialError("credential_rejected", `the credential is not accepted (${code})`, code);
  }
  if (code === "source_failed") {
    return new CasemateError("permissions_failed", "what the caller holds cannot be said: the server cannot say it");
  }
  return new CasemateError("unavailable", `the server cannot say who it is (${code})`);
}

function failureOf(error: unknown): CasemateError {
  return error instanceof CasemateError ? error : new CasemateError("unavailable", "permissions cannot be found out at the moment");
}
