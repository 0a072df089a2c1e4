/** What went wrong, as a word that programs compare. */
export type ErrorCode =
  /** A schema has mistakes. */
  | "invalid_schema"
  /** A permission is malformed; none of its set counts. */
  | "invalid_permission"
  /** The question is no question. */
  | "invalid_evaluation"
  /** The requested name is no name. */
  | "invalid_name"
  /** The requested name lies outside the asking application. */
  | "outside_application"
  /** No schema is of that application. */
  | "unknown_application"
  /** There is no such SQL dialect. */
  | "unknown_dialect"
  /** No filter can say which resources are allowed. */
  | "not_filterable"
  /** More questions than a batch may have. */
  | "batch_too_large"
  /** The engine itself failed. */
  | "engine_failed"
  /** The server did not answer in time. */
  | "timeout"
  /** The caller broke the request off. */
  | "aborted"
  /** The server could not be reached, or the connection broke. */
  | "unreachable"
  /** The server refused, with a problem of its own. */
  | "refused"
  /** The server answered something that is no answer. */
  | "malformed_answer"
  /** There are as many questions under way as there may be. */
  | "overloaded"
  /** Somebody may not do something. */
  | "forbidden"
  /** A guard could not find out who asks. */
  | "identity_failed"
  /** Nothing was presented, and a credential is needed. */
  | "credential_missing"
  /** What was presented is no bearer credential. */
  | "credential_malformed"
  /** The credential is not accepted: it ended, was revoked, or was never one. */
  | "credential_rejected"
  /** What somebody holds cannot be said or compiled, so that they hold nothing. */
  | "permissions_failed"
  /** Who somebody is or what they hold cannot be found out at the moment. */
  | "unavailable"
  /** A revision did not arrive in time. */
  | "revision_not_reached"
  /** Going on without authorization needs a reason. */
  | "no_reason"
  /** That something goes on without authorization could not be put on record. */
  | "not_audited"
  /** Events are not on record. */
  | "not_recorded";

/** The base of all errors of this package. Whoever catches one has no permission: nothing here fails open. */
export class CasemateError extends Error {
  override readonly name: string = "CasemateError";

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A mistake in a schema, and where it stands; line and column count from 1. */
export interface SchemaProblem {
  schema: number | null;
  application: string | null;
  message: string;
  line: number | null;
  column: number | null;
}

/** The engine refuses a schema, a permission or a question. */
export class EngineError extends CasemateError {
  override readonly name = "EngineError";

  constructor(
    code: ErrorCode,
    message: string,
    /** The number of the permission that is meant. */
    readonly index?: number,
    /** Every mistake in the schemas. */
    readonly problems: readonly SchemaProblem[] = [],
  ) {
    super(code, message);
  }
}

/**
 * A request to the server failed. Its texts hold neither credentials nor what was asked: only what the server says about
 * the failure.
 */
export class ClientError extends CasemateError {
  override readonly name = "ClientError";

  constructor(
    code: ErrorCode,
    message: string,
    /** The HTTP status, where there was an answer. */
    readonly status?: number,
    /** The server's own code, such as `credential_rejected`. */
    readonly problem?: string,
    /** The server's id of the request, to be found in its logs. */
    readonly requestId?: string,
    /** What is wrong with what was sent, and where (RFC 6901). */
    readonly errors: readonly { readonly pointer: string; readonly message: string }[] = [],
    /** For how many seconds the server takes no more, where it says so (`Retry-After`). */
    readonly retryAfter?: number,
  ) {
    super(code, message);
  }

  /** Whether it may pass: the server was not reached, took too long, or says that it cannot answer now. */
  get mayPass(): boolean {
    if (this.code === "unreachable" || this.code === "timeout") return true;
    return this.code === "refused" && this.status !== undefined && NOT_NOW.has(this.status);
  }
}

/** Answers that say: not now. */
const NOT_NOW = new Set([429, 502, 503, 504]);

/** A credential that is none, or is not accepted, or is missing. */
export class CredentialError extends CasemateError {
  override readonly name = "CredentialError";
  /** For servers that make a response of an error. */
  readonly status = 401;
  readonly statusCode = 401;

  constructor(
    code: "credential_missing" | "credential_malformed" | "credential_rejected",
    message: string,
    /** Why the server does not accept it, as a stable code. */
    readonly reason: string = code,
  ) {
    super(code, message);
  }
}

/** Events that were to be recorded are not on record, or not known to be. */
export class AuditError extends CasemateError {
  override readonly name = "AuditError";

  constructor(
    /** Those that the server does not take, and why. */
    readonly refused: readonly { readonly event: object; readonly error: CasemateError }[],
    /** How many others wait for the next flush. */
    readonly left: number,
    override readonly cause: CasemateError,
  ) {
    super("not_recorded", `${refused.length} events are refused and ${left} not on record yet: ${cause.message}`);
  }
}

/** Somebody may not do something. */
export class ForbiddenError extends CasemateError {
  override readonly name = "ForbiddenError";
  /** For servers that make a response of an error. */
  readonly status = 403;
  readonly statusCode = 403;

  constructor(
    /** What was asked for. */
    readonly permission: string,
    /** Why not, as a stable code. */
    readonly reason: string,
  ) {
    super("forbidden", `${permission} is not allowed`);
  }
}
