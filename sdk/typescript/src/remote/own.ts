import { limit } from "../client/limit.js";
import { Transport, type TransportOptions } from "../client/transport.js";
import type { Catalog } from "../engine/engine.js";
import { CasemateError, ClientError } from "../errors.js";
import type { Decider } from "../guard/decider.js";
import type { Entry } from "./cache.js";
import { Caller } from "./caller.js";
import { type Clock, systemClock } from "./clock.js";
import { type Item, readItem } from "./wire.js";

const OWN = "/api/v1/identity/permissions";

/** How a page learns what whoever uses it holds. Times are milliseconds. */
export interface OwnPermissionsOptions extends TransportOptions {
  /**
   * What permissions mean: of the schemas of the page's application, `engine.catalog([…])`. Without its schema, what restricts a
   * permission would restrict nothing; names outside the schemas are therefore not allowed.
   */
  catalog: Catalog;
  /** How often it is asked anew; 30,000, and 0 for never. */
  every?: number;
  /** For how long the last answer counts where none follows; 60,000. Afterwards nothing is allowed. */
  lease?: number;
  clock?: Clock;
}

/**
 * What whoever uses a page holds, for the hooks of React: asked of `GET /api/v1/identity/permissions` by the page's own session or
 * credential, and asked anew from time to time. `decider` is another one whenever that changed, and none where nobody vouches for it:
 * after a failure that lasts, or once their session ended.
 */
export class OwnPermissions {
  readonly #transport: Transport;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #lease: number;
  readonly #application: { id: string; namespaces: readonly string[] };
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #entry: Entry | undefined;
  #decider: (Decider & { refresh(): Promise<void> }) | undefined;
  #until = { shown: -Infinity, run: -Infinity };
  #asking: Promise<void> | undefined;
  #asked = 0;
  #alarm = new AbortController();

  private constructor(options: OwnPermissionsOptions) {
    this.#transport = new Transport(options);
    this.#catalog = options.catalog;
    this.#clock = options.clock ?? systemClock;
    this.#lease = limit("lease", options.lease ?? 60_000, 1, 2 ** 31 - 1);
    const documents = options.catalog.describe().documents;
    const namespaces = documents.flatMap(({ application }) => application.namespaces);
    this.#application = { id: documents.map(({ application }) => application.id).join(", "), namespaces };
  }

  /** Asks once, and goes on asking until `close`. Throws where the first answer is none. */
  static async open(options: OwnPermissionsOptions): Promise<OwnPermissions> {
    const own = new OwnPermissions(options);
    const every = limit("every", options.every ?? 30_000, 0, 2 ** 31 - 1);
    await own.refresh();
    if (every > 0) void own.#goOn(every);
    return own;
  }

  /** What decides about them now; nothing where that is not known any more. Another object whenever something changed. */
  get decider(): Decider | undefined {
    return this.#counts() ? this.#decider : undefined;
  }

  /** Is told whenever `decider` may be another; gives what ends that. As `useSyncExternalStore` takes it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Asks anew, now. Whoever asks for that while it is asked waits for an answer to a request that begins no earlier. */
  async refresh(): Promise<void> {
    const wanted = this.#asked + 1;
    while (this.#asking) {
      const asking = this.#asking;
      const failure: unknown = await asking.then(() => undefined, (error: unknown) => error);
      if (this.#asked >= wanted && failure === undefined) return;
    }
    this.#asked += 1;
    this.#asking = this.#ask();
    try {
      await this.#asking;
    } finally {
      this.#asking = undefined;
    }
  }

  /** Ends asking, and nothing is allowed any more. */
  close(): void {
    this.#stop.abort();
    this.#forget();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #goOn(every: number): Promise<void> {
    for (;;) {
      await this.#clock.sleep(every, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      // What fails is no answer: the last one counts until its time is over.
      await this.refresh().catch(() => undefined);
    }
  }

  async #ask(): Promise<void> {
    const known = this.#entry;
    const headers = known ? { "if-none-match": known.etag } : {};
    const begun = { shown: this.#clock.now(), run: this.#clock.elapsed() };
    try {
      const { status, text, headers: said } = await this.#transport.exchange("GET", OWN, undefined, { headers, signal: this.#stop.signal });
      if (status === 304) {
        if (!known) throw new ClientError("malformed_answer", "nothing is known that could be unchanged", status);
      } else {
        this.#take(readItemOrThrow(text), said);
      }
      // What lapsed comes back, also where it is the same.
      const isOther = status !== 304 || !this.#counts();
      this.#until = { shown: begun.shown + this.#lease, run: begun.run + this.#lease };
      this.#watch();
      if (isOther) this.#tell();
    } catch (error) {
      // A verdict ends what was known.
      if (!(error instanceof ClientError) || (error.code !== "aborted" && !error.mayPass)) this.#forget();
      throw error;
    }
  }

  #take(item: Item, headers: Headers): void {
    if (item.is !== "held") throw new ClientError("malformed_answer", "the answer does not say who it is");
    const { known, identityText, permissions, validUntil, etag } = item;
    const revision = Number(headers.get("casemate-revision") ?? 0);
    const set = this.#catalog.compileText(permissions);
    const application = this.#application;
    this.#entry = { ...known, identityText, permissions, set, etag, generation: 0, revision, validUntil, application, stale: false };
    const caller = new Caller(this.#entry, this.#clock);
    this.#decider = {
      identity: caller.identity,
      decide: async (name, wanted) => {
        if (!this.#counts()) throw new CasemateError("unavailable", "what they hold is not known any more");
        return caller.decide(name, wanted);
      },
      permissions: (name) => {
        if (!this.#counts()) throw new CasemateError("unavailable", "what they hold is not known any more");
        return caller.permissions(name);
      },
      refresh: () => this.refresh(),
    };
  }

  #counts(): boolean {
    const [now, run] = [this.#clock.now(), this.#clock.elapsed()];
    const ends = this.#entry?.validUntil;
    return now < this.#until.shown && run < this.#until.run && (ends === undefined || now < ends);
  }

  /** Tells the page as what was answered ends. */
  #watch(): void {
    this.#alarm.abort();
    this.#alarm = new AbortController();
    const signal = AbortSignal.any([this.#alarm.signal, this.#stop.signal]);
    const ends = Math.min(this.#until.shown, this.#entry?.validUntil ?? Infinity);
    const wait = Math.min(Math.max(ends - this.#clock.now(), 0), 2 ** 31 - 1);
    void this.#clock.sleep(wait, signal).then(() => {
      if (!signal.aborted) this.#tell();
    });
  }

  #forget(): void {
    this.#entry = undefined;
    this.#decider = undefined;
    this.#until = { shown: -Infinity, run: -Infinity };
    this.#alarm.abort();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function readItemOrThrow(text: string): Item {
  try {
    return readItem(text);
  } catch (error) {
    throw new ClientError("malformed_answer", `the answer cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}
