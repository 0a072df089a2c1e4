import { limit } from "../client/limit.js";
import { type Credential as Own, Transport } from "../client/transport.js";
import { Engine, type WasmSource } from "../engine/engine.js";
import { CasemateError } from "../errors.js";
import { Audit } from "./audit.js";
import { type BreakerSettings, breakerSettings } from "./breaker.js";
import { Caller, type WithoutAuthorization, recorded } from "./caller.js";
import type { CacheBounds } from "./cache.js";
import { type Clock, systemClock } from "./clock.js";
import type { Credential } from "./credential.js";
import { follow } from "./follow.js";
import { Resolver } from "./resolve.js";
import { State } from "./state.js";

/** Milliseconds that a revision is waited for in the stream of changes before the server is asked about it. */
const TOLD_WITHIN = 500;
/** How often an answer that was overtaken by a change is asked for anew. */
const ROUNDS = 3;
/** The action of the event that tells of something that goes on without authorization. */
const WITHOUT_AUTHORIZATION = "casemate.authorization.suspend";

/** How a server is reached, and what is kept of it. Times are milliseconds. */
export interface RemoteOptions {
  /** Where the server is, such as `https://casemate.example.org`. */
  url: string;
  /** This service's own credential: an API key whose account holds `casemate.permission.read`. */
  credential: Own;
  /** The tenant that is asked about; the credential's own where none is named. */
  tenant?: string;
  /** Over plain HTTP too, to whatever host: for networks that nobody else is on. To this machine it is always taken. */
  allowPlainHttp?: boolean;
  /** How long one request may take; 5,000. */
  timeout?: number;
  /** The most bytes of an answer; 32 MiB. */
  maxAnswer?: number;
  /** How a server that does not answer is left alone. */
  breaker?: BreakerSettings;
  /** How much is kept. */
  cache?: CacheBounds;
  /** The engine, or where its WebAssembly is; the package's own otherwise. */
  engine?: Engine | WasmSource;
  /** Puts on record what goes on without authorization; it is written into the server's audit trail otherwise. */
  auditor?: (reason: string) => Promise<void>;
  /** Is told of failures that are thrown at nobody: of a stream that broke, of a server that does not answer. Texts hold no credentials. */
  onFailure?: (error: CasemateError) => void;
  clock?: Clock;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * A Casemate server, asked and followed. Who presents a credential is asked once and then known: decisions are made here, in memory. The
 * server tells of what changes, and whoever it may concern is asked for anew before they are answered about. Where nothing was heard of
 * the server for the time of its lease, what is held counts no more, each caller is asked for anew, and where nobody answers that,
 * nobody is let in (`unavailable`). It lives until `close`.
 */
export class Remote {
  /** Puts what was done in the application into the server's audit trail. */
  readonly audit: Audit;
  readonly #state: State;
  readonly #resolver: Resolver;
  readonly #auditor: (reason: string) => Promise<void>;
  readonly #stop = new AbortController();

  private constructor(state: State, options: RemoteOptions) {
    this.#state = state;
    this.#resolver = new Resolver(state);
    this.audit = new Audit(state.transport, state.clock);
    const onTrail = (reason: string) => this.audit.record({ action: WITHOUT_AUTHORIZATION, outcome: "success", reason });
    this.#auditor = options.auditor ?? onTrail;
    void follow(state, breakerSettings(options.breaker ?? {}), this.#stop.signal);
  }

  /** Reads the schemas, and begins to follow the server. Throws where it is away or refuses this client. */
  static async connect(options: RemoteOptions): Promise<Remote> {
    mustBePrivate(options.url, options.allowPlainHttp ?? false);
    const { engine, clock = systemClock, onFailure = () => undefined } = options;
    const loaded = engine instanceof Engine ? engine : await Engine.load(engine);
    const transport = new Transport({
      url: options.url,
      credential: options.credential,
      timeout: options.timeout ?? 5_000,
      maxAnswer: limit("maxAnswer", options.maxAnswer ?? 32 << 20, 1),
      ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    });
    const state = new State(transport, loaded, clock, breakerSettings(options.breaker ?? {}), options.cache ?? {}, onFailure);
    await state.schemasOf(0);
    return new Remote(state, options);
  }

  /** Whether the server is being followed: what is held counts, and answers come from memory. */
  get isFollowing(): boolean {
    return this.#state.isLeased;
  }

  /** The revision that answers are of at the moment, at least. */
  get revision(): number {
    return Math.max(this.#state.followed, 0);
  }

  /** The schemas as the server tells them, for pages that decide what they show: `engine.catalogOfServer` reads them. */
  async schemas(): Promise<string> {
    return (await this.#state.schemasOf(Math.max(this.#state.seen, 0))).text;
  }

  /** Who presents a credential, and what they hold. Of whoever is known already and did not change, the answer is in memory. */
  async identify(credential: Credential): Promise<Caller> {
    const key = await Resolver.keyOf(credential);
    const held = this.#held(key);
    if (held) return held;
    // Whatever was heard of by now is in the answer.
    const wanted = this.#state.seen;
    for (let round = 0; round < ROUNDS; round += 1) {
      const entry = await this.#resolver.resolve(key, credential);
      // A flight that was under way may bring what was so before; and the server may have gone back meanwhile.
      if (entry.revision >= Math.min(wanted, this.#state.seen)) return new Caller(entry, this.#state.clock);
    }
    throw new CasemateError("unavailable", "answers are overtaken by changes");
  }

  /** Waits, for a bounded time, until answers are of this revision or a later one: one that a write returned, as `Casemate-Revision`. */
  async atLeast(revision: number): Promise<void> {
    limit("revision", revision, 0);
    const state = this.#state;
    const isThere = () => state.isLeased && state.followed >= revision;
    if (isThere()) return;
    const over = new AbortController();
    const told = state.followedTo(revision, over.signal);
    await Promise.race([told, state.clock.sleep(TOLD_WITHIN, over.signal)]);
    over.abort();
    if (isThere()) return;
    // Nobody told of it, since it changed nothing here or the stream is broken: the server says whether it is there.
    try {
      await state.schemasOf(revision);
    } catch (error) {
      if (error instanceof CasemateError && error.code === "unavailable") {
        throw new CasemateError("revision_not_reached", `revision ${revision} is not reached, ${state.seen} is; try again`);
      }
      throw error;
    }
    state.markBefore(revision);
  }

  /** Goes on where nobody asks and nobody is asked about: a job, a migration. The reason is put on record first. */
  withoutAuthorization(reason: string): Promise<WithoutAuthorization> {
    return recorded(reason, this.#auditor);
  }

  /** Ends following. Whoever is identified afterwards is asked for at each time. */
  close(): void {
    this.#stop.abort();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Somebody who is held and of whom it is known that it is so still. */
  #held(key: string): Caller | undefined {
    const state = this.#state;
    if (!state.isLeased) return undefined;
    const entry = state.callers.get(key);
    if (!entry || entry.stale || !state.hasSchemasOf(entry.revision)) return undefined;
    if (entry.generation !== state.schemas?.generation) return undefined;
    if (entry.validUntil !== undefined && entry.validUntil <= state.clock.now()) return undefined;
    return new Caller(entry, state.clock);
  }
}

/** A credential goes there. */
function mustBePrivate(text: string, allowPlain: boolean): void {
  const { protocol, hostname } = new URL(text);
  const isHere = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  if (protocol === "https:" || (protocol === "http:" && (isHere || allowPlain))) return;
  throw new TypeError("the server's URL must begin with `https://`: a credential goes there");
}
