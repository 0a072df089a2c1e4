import { type Exchanged, type Transport } from "../client/transport.js";
import type { Catalog, Engine } from "../engine/engine.js";
import { CasemateError, ClientError, EngineError } from "../errors.js";
import { Breaker, type BreakerSettings } from "./breaker.js";
import { type CacheBounds, Callers } from "./cache.js";
import type { Clock } from "./clock.js";
import { type Change, mayMean } from "./selector.js";
import { Unreadable, readSchemas } from "./wire.js";

/** The schemas of one revision, compiled together. */
export interface Schemas {
  readonly catalog: Catalog;
  /** As the server told them. */
  readonly text: string;
  /** The one application that may be asked about, where this client's credential is bound to one. */
  readonly application: { id: string; namespaces: readonly string[] } | undefined;
  /** Rises with each catalog. */
  readonly generation: number;
  readonly etag: string | undefined;
}

/** The server has not come as far as was asked for. */
export class Behind extends CasemateError {
  constructor() {
    super("unavailable", "the server has not come as far as was seen elsewhere");
  }
}

/** What is known of the server's state: how far it was followed, for how long that counts, and the schemas. */
export class State {
  readonly callers: Callers;
  readonly #breaker: Breaker;
  #schemas: Schemas | undefined;
  /** The revision up to which the schemas are known to be so. */
  #schemasAt = -1;
  /** The last revision that changed schemas. */
  #schemasWanted = 0;
  /** All who need schemas wait for one answer. */
  #asking: Promise<unknown> | undefined;
  #seen = 0;
  #followed = -1;
  /** The id of the last event that was taken and has one. */
  #last = "";
  /** Until when what is held counts: as the clock shows, and as it runs. A clock that is set back makes no lease longer. */
  #leasedUntil = { shown: -Infinity, run: -Infinity };
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly transport: Transport,
    readonly engine: Engine,
    readonly clock: Clock,
    breaker: Required<BreakerSettings>,
    bounds: CacheBounds,
    /** Is told of what fails and is not thrown at anybody. */
    readonly onFailure: (error: CasemateError) => void,
  ) {
    this.callers = new Callers(bounds);
    this.#breaker = new Breaker(breaker);
  }

  /** Whether changes are being told, so that what is held and not marked counts. */
  get isLeased(): boolean {
    return this.clock.now() < this.#leasedUntil.shown && this.clock.elapsed() < this.#leasedUntil.run;
  }

  /** The last revision of which anything was heard. */
  get seen(): number {
    return this.#seen;
  }

  saw(revision: number): void {
    this.#seen = Math.max(this.#seen, revision);
  }

  /** The revision up to which the changes were followed; -1 before the first event. */
  get followed(): number {
    return this.#followed;
  }

  /** The id of the last event that was taken. */
  get last(): string | undefined {
    if (this.#last !== "") return this.#last;
    return this.#followed >= 0 ? String(this.#followed) : undefined;
  }

  /** Ends once the changes were followed up to a revision. */
  async followedTo(revision: number, signal: AbortSignal): Promise<void> {
    while (this.#followed < revision && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Asks the server, unless it is left alone for a time. An answer that `read` cannot read is as bad as none. */
  async ask<T>(
    path: string,
    body: string | undefined,
    wanted: { atLeast?: number; ifNoneMatch?: string | undefined },
    read: (answer: Exchanged) => T,
  ): Promise<T> {
    if (!this.#breaker.admits(this.clock.elapsed())) {
      throw new CasemateError("unavailable", "the server did not answer before, and is left alone for a time");
    }
    try {
      const atLeast = wanted.atLeast && wanted.atLeast > 0 ? wanted.atLeast : undefined;
      const answer = await this.transport.exchange(body === undefined ? "GET" : "POST", path, body, {
        ...(atLeast === undefined ? {} : { atLeast }),
        ...(wanted.ifNoneMatch === undefined ? {} : { headers: { "if-none-match": wanted.ifNoneMatch } }),
      });
      const told = read(answer);
      this.#breaker.answered();
      return told;
    } catch (error) {
      if (isAway(error)) this.failed(error);
      else if (error instanceof Unreadable) this.#breaker.unread(this.clock.elapsed(), Math.random());
      else this.#breaker.answered();
      throw unavailable(error);
    }
  }

  /** The server gave no answer that counts. */
  failed(error: unknown): void {
    this.#breaker.failed(this.clock.elapsed(), Math.random());
    if (error instanceof CasemateError) this.onFailure(error);
  }

  /** Something that came was nonsense: as bad as no answer. */
  nonsense(error: Unreadable): CasemateError {
    const failure = new ClientError("malformed_answer", `the server's answer cannot be read: ${error.message}`);
    this.failed(failure);
    return new CasemateError("unavailable", failure.message);
  }

  get schemas(): Schemas | undefined {
    return this.#schemas;
  }

  /** Whether the schemas that are held are those of a revision. */
  hasSchemasOf(revision: number): boolean {
    const at = this.#schemasAt;
    if (at < 0 || at < this.#schemasWanted) return false;
    // As far as the changes were followed, none was of schemas.
    return at >= revision || (this.isLeased && this.#followed >= revision);
  }

  /** The schemas as they are at a revision or later. */
  async schemasOf(revision: number): Promise<Schemas> {
    for (;;) {
      if (this.#schemas && this.hasSchemasOf(revision)) return this.#schemas;
      if (!this.#asking) break;
      await this.#asking.catch(() => undefined);
    }
    const asking = this.#askForSchemas(Math.max(revision, this.#schemasWanted));
    this.#asking = asking;
    try {
      return await asking;
    } finally {
      this.#asking = undefined;
    }
  }

  async #askForSchemas(wanted: number): Promise<Schemas> {
    const before = this.#schemas;
    try {
      const [at, schemas] = await this.ask("/api/v1/permissions/schemas", undefined, { atLeast: wanted, ifNoneMatch: before?.etag }, (answer) =>
        this.#compiled(answer, wanted, before),
      );
      this.#schemas = schemas;
      this.#schemasAt = at;
      this.saw(at);
      return schemas;
    } catch (error) {
      throw error instanceof Unreadable ? this.nonsense(error) : error;
    }
  }

  #compiled(answer: Exchanged, wanted: number, before: Schemas | undefined): [number, Schemas] {
    if (answer.status === 304) {
      if (!before) throw new Unreadable("nothing is known that could be unchanged");
      return [atOr(answer.headers.get("casemate-revision"), wanted), before];
    }
    const { revision, schemas, application } = readSchemas(answer.text);
    if (revision < wanted) throw new Unreadable("the schemas are from before the revision that was asked for");
    const generation = (before?.generation ?? 0) + 1;
    const etag = answer.headers.get("etag") ?? undefined;
    try {
      return [revision, { catalog: this.engine.catalogOfServer(schemas), text: schemas, application, generation, etag }];
    } catch (error) {
      if (error instanceof EngineError) throw new Unreadable(`a schema is not understood by this version: ${error.message}`);
      throw error;
    }
  }

  /**
   * Whether an event shows that the server went back: that it is of another course of changes, since a backup was restored. Where
   * ids do not tell courses apart, it is what the server says where it does not know what came since. Throws where it is from before
   * what was followed, of a server that has not come as far: nothing that it tells counts.
   */
  #isBack(id: string, revision: number, isAll: boolean): boolean {
    const isBefore = revision < this.#followed;
    const [last, course] = [courseOf(this.#last), courseOf(id)];
    const isBack = last !== undefined && course !== undefined ? last !== course : isBefore && isAll;
    if (isBefore && !isBack) throw new Behind();
    return isBack;
  }

  #followTo(id: string, revision: number, lease: number): void {
    if (id !== "") this.#last = id;
    this.#leasedUntil = { shown: this.clock.now() + lease, run: this.clock.elapsed() + lease };
    this.#followed = revision;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /**
   * The stream of changes begins, at a revision, and tells all that was changed since another. Where what was followed ends before
   * that one, anything may have been changed in between.
   */
  begin(id: string, revision: number, since: number, lease: number): void {
    const isBack = this.#isBack(id, revision, false);
    if (isBack || since > this.#followed) this.#forgetWhatIsBefore(revision, isBack);
    this.saw(revision);
    this.#followTo(id, revision, lease);
  }

  /** Something was changed. */
  take(id: string, change: Change, lease: number): void {
    const isEverybody = change.affected === "everybody";
    const isBack = this.#isBack(id, change.revision, isEverybody && change.schemas);
    if (isBack || isEverybody) {
      this.#forgetWhatIsBefore(change.revision, isBack);
    } else {
      // First this, so that whoever is put there meanwhile is found by one or the other.
      this.saw(change.revision);
      this.callers.mark((entry) => entry.revision < change.revision && mayMean(change, entry));
    }
    if (change.schemas) this.#schemasWanted = change.revision;
    this.#followTo(id, change.revision, lease);
  }

  /** Nothing was changed up to a revision. */
  live(id: string, revision: number, lease: number): void {
    if (this.#isBack(id, revision, false)) this.#forgetWhatIsBefore(revision, true);
    this.saw(revision);
    this.#followTo(id, revision, lease);
  }

  /** All that is held is asked for anew before it counts. Where the server went back, its revisions begin anew too. */
  #forgetWhatIsBefore(revision: number, isBack: boolean): void {
    if (isBack) {
      this.#seen = revision;
      this.#schemasAt = -1;
    }
    this.saw(revision);
    this.#schemasWanted = revision;
    this.callers.mark((entry) => isBack || entry.revision < revision);
  }

  /** All that is held from before a revision is asked for anew. */
  markBefore(revision: number): void {
    this.saw(revision);
    this.callers.mark((entry) => entry.revision < revision);
  }
}

/** The course of changes that an event's id names before its revision. */
function courseOf(id: string): string | undefined {
  const dash = id.lastIndexOf("-");
  return dash > 0 ? id.slice(0, dash) : undefined;
}

function atOr(header: string | null, otherwise: number): number {
  const at = /^\d{1,15}$/.test(header ?? "") ? Number(header) : otherwise;
  if (at < otherwise) throw new Unreadable("the schemas are from before the revision that was asked for");
  return at;
}

/** Whether a server is away, slow, overloaded or broken: a reason to leave it alone for a time. */
function isAway(error: unknown): error is ClientError {
  if (!(error instanceof ClientError) || error.problem === "revision_not_reached") return false;
  if (error.code === "unreachable" || error.code === "timeout") return true;
  const { status = 0 } = error;
  return error.code === "refused" && (status >= 500 || status === 429 || status === 408);
}

/** What callers of this package are told: that it cannot be found out now, unless the server refuses this client. */
function unavailable(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error;
  if (error.problem === "revision_not_reached") return new Behind();
  if (error.code === "refused" && !isAway(error)) return error;
  if (error.code === "malformed_answer") return new TooLong(error.message);
  return new CasemateError("unavailable", error.message);
}

/** The server answered more than may be. */
export class TooLong extends CasemateError {
  constructor(message: string) {
    super("unavailable", message);
  }
}
