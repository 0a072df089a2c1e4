import type { Decision, Explanation, FilterAnswer, SqlAnswer } from "../engine/engine.js";
import { CasemateError, CredentialError, EngineError, ForbiddenError } from "../errors.js";
import { type Decided, type Decider, type Wanted, decided, wantedAlone } from "../guard/decider.js";
import { stringify } from "../json.js";
import type { Act, Dialect, Identity } from "../question.js";
import type { Permission, PermissionName } from "../vocabulary.js";
import type { Entry } from "./cache.js";
import type { Clock } from "./clock.js";

/** A question about a caller: the name of a permission, or an action with as much of resource and context as is known. */
export type About = PermissionName | Act;

/** Who it was that a capability or a caller lets go on. */
export interface Authority {
  /** Goes on only where it may be done; throws otherwise. */
  require(question: About): void;
  /** Whether it may be done. */
  can(question: About): boolean;
}

/**
 * Somebody who was identified, with what they hold, as of one revision: every question is answered in memory. It is for one
 * request: whoever keeps one longer goes on with what was so then.
 */
export class Caller implements Decider, Authority {
  readonly #entry: Entry;
  readonly #clock: Clock;

  /** @internal */
  constructor(entry: Entry, clock: Clock) {
    this.#entry = entry;
    this.#clock = clock;
  }

  /** Who they are; `id` is what their provider calls them. */
  get identity(): Identity {
    return this.#entry.identity;
  }

  /** Whether they presented no credential. */
  get isAnonymous(): boolean {
    return this.identity.type === "anonymous";
  }

  /** The directory's id of them; nothing for who is not in it. */
  get directoryId(): string | undefined {
    return this.#entry.directoryId;
  }

  /** The public name of the session, temporary credential or API key that they came with. */
  get credential(): string | undefined {
    return this.#entry.credential;
  }

  /** The revision at which what decides about them was read. */
  get revision(): number {
    return this.#entry.revision;
  }

  /** When what is known of them ends by itself. */
  get validUntil(): Date | undefined {
    return this.#entry.validUntil === undefined ? undefined : new Date(this.#entry.validUntil);
  }

  /** May they? With a resource the answer is allowed or denied; without one it may be conditional. */
  check(question: About): Decision {
    return this.#ask(question, (text, now) => this.#entry.set.check(text, { now }));
  }

  /** As `check`, where what was not supplied of the resource is unknown rather than missing. */
  checkPartial(question: About): Decision {
    return this.#ask(question, (text, now) => this.#entry.set.check(text, { now, partial: true }));
  }

  /** May they, yes or no? What is conditional, and what cannot be answered, is no. */
  can(question: About): boolean {
    try {
      return this.check(question).effect === "allowed";
    } catch (error) {
      if (error instanceof CasemateError) return false;
      throw error;
    }
  }

  /** Goes on only where they may; what is conditional is no. Throws a `ForbiddenError` otherwise. */
  require(question: About): void {
    const { effect, reason } = this.check(question);
    if (effect !== "allowed") throw new ForbiddenError(nameOf(question), reason);
  }

  /** Goes on where there may be a resource on which they may; on which, is to be asked of each, or by `filter`. */
  requireOnSome(question: About): void {
    const { effect, reason } = this.check(question);
    if (effect !== "allowed" && effect !== "conditional") throw new ForbiddenError(nameOf(question), reason);
  }

  /** On which resources may they? What was not supplied of the resource is unknown. */
  filter(question: About): FilterAnswer {
    return this.#ask(question, (text, now) => this.#entry.set.filter(text, { now }));
  }

  /** The same as a condition of SQL with values to bind. */
  sql(question: About, dialect: Dialect): SqlAnswer {
    return this.#ask(question, (text, now) => this.#entry.set.sql(text, dialect, { now }));
  }

  /** Why may they, or why not? */
  explain(question: About): Explanation {
    return this.#ask(question, (text, now) => this.#entry.set.explain(text, { now }));
  }

  /** The permissions of theirs that match a name and are in force, as they are stored. */
  permissions(name: PermissionName): Permission[] {
    return this.#ask(name, (_, now) => this.#entry.set.permissions(name, { now }));
  }

  /** For guards and hooks. */
  async decide(name: PermissionName, wanted: Wanted = {}): Promise<Decided> {
    const { effect, reason } = this.check({ action: { name }, ...wantedAlone(wanted) });
    return decided(effect, reason);
  }

  #ask<T>(question: About, answer: (text: string, now: Date) => T): T {
    const now = this.#clock.now();
    const { validUntil } = this.#entry;
    if (validUntil !== undefined && validUntil <= now) {
      throw new CredentialError("credential_rejected", "the caller's credential ended since they were identified; identify them anew");
    }
    this.#mayAsk(nameOf(question));
    return answer(this.#text(question), new Date(now));
  }

  /** Another application's schema is not known, and without it what restricts its permissions would restrict nothing. */
  #mayAsk(name: string): void {
    const { application } = this.#entry;
    if (!application || application.namespaces.includes(name.split(".", 1)[0] ?? "")) return;
    const own = application.id;
    throw new EngineError(
      "outside_application",
      `\`${name.slice(0, 256)}\` lies outside the namespaces of the application \`${own}\`, which alone this client may ask about`,
    );
  }

  /** Who it is about and when is never the asker's to say. */
  #text(question: About): string {
    const { action, resource, context } = typeof question === "string" ? ({ action: { name: question } } as Act) : question;
    const members = [`"identity":${this.#entry.identityText}`, `"action":${stringify(action)}`];
    if (resource !== undefined) members.push(`"resource":${stringify(resource)}`);
    if (context !== undefined) members.push(`"context":${stringify(context)}`);
    return `{${members.join(",")}}`;
  }
}

function nameOf(question: About): string {
  return String(typeof question === "string" ? question : question.action.name);
}

/** The longest reason, in characters. */
const MAX_REASON = 512;
/** Nobody but this module makes the capability. */
const MADE = Symbol();

/** The capability to go on without authorization: it may do everything, and there is none without a reason that was put on record. */
export class WithoutAuthorization implements Authority {
  /** The reason that is on record. */
  readonly reason: string;

  /** @internal */
  constructor(reason: string, made: symbol) {
    if (made !== MADE) throw new TypeError("there is none without a reason on record: ask for it by `withoutAuthorization`");
    this.reason = reason;
  }

  require(): void {}

  can(): boolean {
    return true;
  }
}

/** Puts the reason on record, and gives the capability where that succeeded. */
export async function recorded(reason: string, record: (reason: string) => Promise<void>): Promise<WithoutAuthorization> {
  const told = reason.trim();
  const length = [...told].length;
  if (length < 1 || length > MAX_REASON || /[\u0000-\u001f\u007f-\u009f]/.test(told)) {
    throw new CasemateError("no_reason", `going on without authorization needs a reason of 1 to ${MAX_REASON} characters in one line`);
  }
  try {
    await record(told);
  } catch (error) {
    const why = error instanceof Error ? error.message : "no reason given";
    throw new CasemateError("not_audited", `going on without authorization could not be put on record: ${why}`);
  }
  return new WithoutAuthorization(told, MADE);
}
