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
  | "identity_failed";

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
  ) {
    super(code, message);
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
