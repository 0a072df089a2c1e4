import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];

/** One of several mistakes in what was sent. */
export interface Mistake {
  /** Where it stands: a JSON pointer into the body. */
  pointer: string;
  message: string;
}

/** What the API answered in place of what was asked for (RFC 9457). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The stable code of the problem, such as `name_taken`; `unreachable` where no answer came. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  /** The place of the first mistake. */
  readonly pointer: string | undefined;
  readonly mistakes: readonly Mistake[];
  /** Everything that the problem says. */
  readonly problem: Record<string, unknown>;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | undefined;
  /** Where to sign in again, where that is what is needed. */
  readonly signIn: string | undefined;

  constructor(status: number, problem: Record<string, unknown>, headers?: Headers) {
    const said = problem as Omit<Partial<Problem>, "code"> & { code?: string; detail?: string };
    const title = said.title ?? (status === 0 ? "The server cannot be reached" : "The server gave an answer that makes no sense");
    super(title);
    this.status = status;
    this.code = said.code ?? (status === 0 ? "unreachable" : "unknown");
    this.title = title;
    this.detail = typeof said.detail === "string" ? said.detail : undefined;
    this.requestId = said.request_id ?? headers?.get("x-request-id") ?? undefined;
    this.mistakes = (said.errors ?? []).map(({ pointer, message }) => ({ pointer: pointer ?? "", message: message ?? "" }));
    this.pointer = this.mistakes[0]?.pointer;
    this.problem = problem;
    const after = Number(headers?.get("retry-after"));
    this.retryAfter = Number.isFinite(after) && after > 0 ? after : undefined;
    this.signIn = linkToSignIn(headers?.get("link"));
  }

  /** Whether signing in, or doing so again, is what helps. */
  get wantsSignIn(): boolean {
    return this.status === 401;
  }

  /** Whether a sign-in of a short while ago is what is missing. */
  get wantsRecentSignIn(): boolean {
    return this.code === "insufficient_user_authentication";
  }

  /** What is wrong with the member at a JSON pointer of the body, such as `/login`. */
  at(pointer: string): string | undefined {
    return this.mistakes.find((mistake) => mistake.pointer === pointer)?.message;
  }
}

/** The path in `Link: </sign-in/…>; rel="…"`, where it leads to a place of this server. */
export function linkToSignIn(link: string | null | undefined): string | undefined {
  const target = /<([^>]*)>/.exec(link ?? "")?.[1];
  if (target === undefined) return undefined;
  try {
    const url = new URL(target, location.origin);
    return url.pathname.startsWith("/sign-in") ? url.pathname + url.search : undefined;
  } catch {
    return undefined;
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, { code: "console", title: error instanceof Error ? error.message : String(error) });
}
