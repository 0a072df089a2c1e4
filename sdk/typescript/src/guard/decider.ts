import type { Client } from "../client/client.js";
import type { PermissionSet } from "../engine/engine.js";
import { CasemateError, CredentialError, ForbiddenError } from "../errors.js";
import type { Identity, Resource, Subject } from "../question.js";
import type { Permission, PermissionName } from "../vocabulary.js";

/** What is asked of a request: a name, perhaps on a resource and in a context. */
export interface Wanted {
  resource?: Resource;
  context?: { readonly [name: string]: unknown };
}

/** No more than that of an object that may hold more: a member of it must not take the place of who asks or of what. */
export function wantedAlone({ resource, context }: Wanted): Wanted {
  return { ...(resource === undefined ? {} : { resource }), ...(context === undefined ? {} : { context }) };
}

/** Whether somebody may, and why. */
export interface Decided {
  allowed: boolean;
  reason: string;
  /** It is not allowed as it was asked, and there may be a resource on which it is. */
  conditional?: boolean;
}

/** Who asks, and how it is decided what they may do. */
export interface Decider {
  /** Who asks. */
  readonly identity: Identity;
  /** Whether they may: never thrown away, never kept. */
  decide(name: PermissionName, wanted?: Wanted): Promise<Decided>;
  /** The permissions of that name as they were granted, where they are known here. */
  permissions?(name: PermissionName): Permission[] | Promise<Permission[]>;
  /** Asks anew whoever knows; where something changed, another decider follows. */
  refresh?(): Promise<void>;
}

/** What a word of the engine means to a guard. */
export function decided(effect: string, reason: string): Decided {
  return { allowed: effect === "allowed", reason, ...(effect === "conditional" ? { conditional: true } : {}) };
}

/** Decides by a permission set in this process. `now` is the clock; the engine has none. */
export function local(identity: Identity, set: PermissionSet, now: () => Date = () => new Date()): Decider {
  return {
    identity,
    async decide(name, wanted = {}) {
      const decision = set.check({ identity, action: { name }, ...wantedAlone(wanted) }, { now: now() });
      return decided(decision.effect, decision.reason);
    },
    async permissions(name) {
      return set.permissions(name, { now: now() });
    },
  };
}

/**
 * Decides by a server. `subject` is who it is asked about; by default the identity's type and id. The server knows its own
 * of whoever that is, and is told nothing else of the identity: one of a tenant needs a client that asks about that tenant,
 * and one of a provider, a subject that is meant for sure.
 */
export function remote(identity: Identity, client: Client, subject?: Subject): Decider {
  if (identity.tenant != null && identity.tenant !== client.tenant) {
    throw new CasemateError("identity_failed", "the client does not ask about the identity's tenant");
  }
  if (identity.provider != null && subject === undefined) {
    throw new CasemateError("identity_failed", "the server is not told the identity's provider: say which subject is meant");
  }
  const about = subject ?? { type: identity.type, ...(identity.id == null ? {} : { id: identity.id }) };
  return {
    identity,
    async decide(name, wanted = {}) {
      // AuthZEN asks for a resource; where there is none, one without attributes says so.
      const question = { subject: about, action: { name }, ...wantedAlone(wanted) };
      if (question.resource?.type == null || question.resource.id == null) {
        const answer = await client.check(question);
        return decided(answer.decision, answer.reason_code);
      }
      const answer = await client.evaluate(question);
      return { allowed: answer.decision, reason: answer.context?.reason_code ?? "denied" };
    },
  };
}

/** Finds out who asks and how that is decided. Nobody at all is no answer: say `{ type: "anonymous" }`. */
export type Identify<Request> = (request: Request) => Decider | Promise<Decider>;

/** Deciders, one for each request, however often it is asked for. */
export class Deciders<Request extends object> {
  readonly #known = new WeakMap<Request, Promise<Decider>>();

  constructor(private readonly identify: Identify<Request>) {}

  of(request: Request): Promise<Decider> {
    let known = this.#known.get(request);
    if (!known) {
      known = this.#find(request);
      this.#known.set(request, known);
    }
    return known;
  }

  async #find(request: Request): Promise<Decider> {
    let decider: Decider | undefined;
    try {
      decider = await this.identify(request);
    } catch (error) {
      if (error instanceof CasemateError) throw error;
      throw new CasemateError("identity_failed", "it could not be found out who asks");
    }
    if (typeof decider?.decide !== "function") {
      throw new CasemateError("identity_failed", "it could not be found out who asks");
    }
    return decider;
  }

  async identity(request: Request): Promise<Identity> {
    return (await this.of(request)).identity;
  }

  async permissions(request: Request, name: PermissionName): Promise<Permission[]> {
    const decider = await this.of(request);
    if (!decider.permissions) {
      throw new CasemateError("identity_failed", "a server decides, which hands out decisions and no permissions");
    }
    return decider.permissions(name);
  }

  /** Throws unless they may; with `onSome`, unless there may be a resource on which they may. */
  async demand(request: Request, name: PermissionName, wanted?: Wanted, onSome = false): Promise<void> {
    const decider = await this.of(request);
    const { allowed, reason, conditional } = await decider.decide(name, wanted);
    // Nothing but the value itself is a yes.
    if (allowed === true || (onSome && conditional === true)) return;
    if (decider.identity.type === "anonymous") throw new CredentialError("credential_missing", "a credential is needed");
    throw new ForbiddenError(name, reason);
  }
}

/** What is wanted of a request, or how to find that out. */
export type Wants<Arguments extends unknown[]> =
  | Wanted
  | ((...request: Arguments) => Wanted | undefined | Promise<Wanted | undefined>);

export async function wantedOf<Arguments extends unknown[]>(
  wants: Wants<Arguments> | undefined,
  ...request: Arguments
): Promise<Wanted | undefined> {
  return typeof wants === "function" ? wants(...request) : wants;
}

/** What a guard answers where it does not let pass. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: { type: "about:blank"; title: string; status: number; code: string };
}

export function refusal(error: unknown): Refusal {
  const [status, title, code, headers] = told(error);
  return { status, headers, body: { type: "about:blank", title, status, code } };
}

function told(error: unknown): [number, string, string, Record<string, string>] {
  const code = error instanceof CasemateError ? error.code : undefined;
  switch (code) {
    case "forbidden":
    case "permissions_failed":
    case "outside_application":
      return [403, "You may not do this", "forbidden", {}];
    case "credential_missing":
      return [401, "A credential is needed", code, { "www-authenticate": "Bearer" }];
    case "credential_malformed":
    case "credential_rejected":
      return [401, "The credential is not accepted", "credential_rejected", { "www-authenticate": 'Bearer error="invalid_token"' }];
    default:
      return [503, "It cannot be decided now whether you may do this", "unavailable", { "retry-after": "1" }];
  }
}
