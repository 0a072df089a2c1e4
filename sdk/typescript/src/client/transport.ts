import { ClientError } from "../errors.js";
import { parse } from "../json.js";
import { limit } from "./limit.js";

/**
 * The credential, or what hands it out, asked for each request so that one that ends can be replaced. It is the client's
 * own: questions of many callers travel together. Make a client for each credential.
 */
export type Credential = string | (() => string | Promise<string>);

export interface TransportOptions {
  /** Where the server is, such as `https://casemate.example.org`. */
  url: string;
  /** An API key, a token or a temporary credential. Sent as `Authorization: Bearer`, and told to nobody. */
  credential?: Credential;
  /** The tenant that questions are about; the credential's own where none is named. */
  tenant?: string;
  /** Milliseconds that one attempt may take. */
  timeout?: number;
  /** How often a question is asked anew that the server did not answer: only questions, which change nothing. */
  retries?: number;
  /** Milliseconds before the first of these; each further one waits twice as long, within `maxBackoff`. */
  backoff?: number;
  maxBackoff?: number;
  /** Bytes that an answer may have. */
  maxAnswer?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

export interface Ask {
  signal?: AbortSignal;
  /** A `Casemate-Revision` that the caller has seen: the answer is not from before it. */
  atLeast?: bigint | number;
}

/** Of one request. */
export interface Exchange extends Ask {
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
}

/** What came of one request. */
export interface Exchanged {
  status: number;
  headers: Headers;
  text: string;
}

/** Bytes that are read of a refusal. */
const MAX_PROBLEM = 64 * 1024;
/** Milliseconds: a timer that is set to more ends at once. */
const LONGEST = 2 ** 31 - 1;

/** One server, asked by JSON over HTTP. */
export class Transport {
  /** Not enumerable, and so in no log that prints the object. */
  readonly #credential: Credential | undefined;
  readonly #base: string;
  readonly #fetch: typeof fetch;
  /** The tenant that it asks about, where one is named. */
  readonly tenant: string | undefined;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #backoff: number;
  readonly #maxBackoff: number;
  readonly #maxAnswer: number;

  constructor(options: TransportOptions) {
    const url = new URL(options.url);
    if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError("the server's URL is no HTTP URL");
    if (url.username || url.password) throw new TypeError("the server's URL must hold no credential");
    this.#base = url.href.replace(/\/+$/, "");
    this.#credential = options.credential;
    this.tenant = options.tenant;
    this.#fetch = options.fetch ?? fetch.bind(globalThis);
    this.#timeout = limit("timeout", options.timeout ?? 5_000, 1, LONGEST);
    this.#retries = limit("retries", options.retries ?? 2, 0, 100);
    this.#backoff = limit("backoff", options.backoff ?? 50, 0, LONGEST);
    this.#maxBackoff = limit("maxBackoff", options.maxBackoff ?? 1_000, 0, LONGEST);
    this.#maxAnswer = limit("maxAnswer", options.maxAnswer ?? 16 * 1024 * 1024, 1);
  }

  /** One request, and its answer as it came: also that what is known already is so still (304). It is sent once. */
  async exchange(method: "GET" | "POST", path: string, body: string | undefined, ask: Exchange = {}): Promise<Exchanged> {
    const timeout = AbortSignal.timeout(this.#timeout);
    const signal = ask.signal ? AbortSignal.any([timeout, ask.signal]) : timeout;
    try {
      const headers = await within(this.#headers(body !== undefined, ask), signal);
      const response = await this.#fetch(this.#base + path, {
        method,
        headers: { ...headers, ...ask.headers },
        signal,
        // A redirect could carry the credential elsewhere.
        redirect: "error",
        ...(body === undefined ? {} : { body }),
      });
      const text = await read(response, this.#maxAnswer);
      if (!response.ok && response.status !== 304) throw refusal(response, text);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (error instanceof ClientError) throw error;
      if (ask.signal?.aborted) throw new ClientError("aborted", "the request was broken off");
      if (timeout.aborted) throw new ClientError("timeout", `no answer within ${this.#timeout} ms`);
      // Its own text may hold what was sent.
      throw new ClientError("unreachable", "the server could not be reached");
    }
  }

  /** Begins to read a stream of events, which has the time of one request to begin and lasts until the signal ends it. */
  async stream(path: string, lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeout);
    const either = AbortSignal.any([signal, late.signal]);
    try {
      const headers = await within(this.#headers(false, {}), either);
      headers["accept"] = "text/event-stream";
      if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
      const response = await this.#fetch(this.#base + path, { headers, signal: either, redirect: "error", cache: "no-store" });
      if (response.status !== 200) throw refusal(response, await read(response, MAX_PROBLEM));
      const kind = response.headers.get("content-type") ?? "";
      if (!kind.startsWith("text/event-stream") || !response.body) {
        throw new ClientError("malformed_answer", "the changes do not come as events", response.status);
      }
      return response.body.getReader();
    } catch (error) {
      if (error instanceof ClientError) throw error;
      if (signal.aborted) throw new ClientError("aborted", "the request was broken off");
      if (late.signal.aborted) throw new ClientError("timeout", "the stream of changes does not begin");
      throw new ClientError("unreachable", "the server could not be reached");
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks a question: something that may safely be asked again. The body is JSON already. */
  async ask(method: "GET" | "POST", path: string, body: string | undefined, ask: Ask = {}): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#attempt(method, path, body, ask);
      } catch (error) {
        if (!(error instanceof ClientError) || !error.mayPass || attempt >= this.#retries) throw error;
        const longest = Math.min(this.#backoff * 2 ** attempt, this.#maxBackoff);
        // Some of it by chance, so that many clients do not come back at the same moment.
        await pause(longest * (0.5 + Math.random() / 2), ask.signal);
      }
    }
  }

  async #attempt(method: "GET" | "POST", path: string, body: string | undefined, ask: Ask): Promise<unknown> {
    const { status, headers, text } = await this.exchange(method, path, body, ask);
    const json = status === 304 ? undefined : parsed(text);
    if (json !== undefined) return json;
    throw new ClientError("malformed_answer", "the answer is no JSON", status, undefined, headers.get("x-request-id") ?? undefined);
  }

  async #headers(hasBody: boolean, ask: Ask): Promise<Record<string, string>> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (hasBody) headers["content-type"] = "application/json";
    if (this.tenant !== undefined) headers["casemate-tenant"] = this.tenant;
    if (ask.atLeast !== undefined) headers["casemate-at-least"] = String(ask.atLeast);
    if (this.#credential !== undefined) {
      let credential: string;
      try {
        credential = typeof this.#credential === "string" ? this.#credential : await this.#credential();
      } catch {
        throw new ClientError("identity_failed", "no credential could be had");
      }
      // Whatever no header may hold would end up in the text of the error that says so.
      if (!/^[\x21-\x7e]+$/.test(credential)) {
        throw new ClientError("identity_failed", "the credential holds what no header may hold");
      }
      headers["authorization"] = `Bearer ${credential}`;
    }
    return headers;
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(new ClientError("aborted", "the request was broken off"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** What comes of it, unless the signal comes first. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new Error("aborted"));
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

/** The body, as long as it may be. */
async function read(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > most) {
      await reader.cancel();
      throw new ClientError("malformed_answer", `the answer is longer than ${most} bytes`, response.status);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function refusal(response: Response, text: string): ClientError {
  const json = parsed(text);
  const said = isObject(json) ? json : {};
  const word = (member: string) => (typeof said[member] === "string" ? said[member] : undefined);
  const id = response.headers.get("x-request-id") ?? undefined;
  const title = word("title") ?? "no reason given";
  const errors = Array.isArray(said["errors"]) ? said["errors"].filter(isPlace) : [];
  const message = `the server refused (${response.status}): ${title}`;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined;
  return new ClientError("refused", message, response.status, word("code"), id, errors, retryAfter);
}

function isPlace(value: unknown): value is { pointer: string; message: string } {
  return isObject(value) && typeof value["pointer"] === "string" && typeof value["message"] === "string";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
