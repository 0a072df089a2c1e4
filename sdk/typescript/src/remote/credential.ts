import { CredentialError } from "../errors.js";

/** The longest credential that is looked at, in characters. */
const MAX_CREDENTIAL = 16 * 1024;

/** Headers of a request, as `fetch` and as Node say them. */
export interface HasHeaders {
  headers: { get(name: string): string | null } | { readonly authorization?: string | readonly string[] | undefined };
  /** Of Node: every header that came, also one that came twice. */
  headersDistinct?: { readonly authorization?: readonly string[] | undefined };
}

/** What a caller presents to say who they are. Nothing about it has been verified. It prints nothing of itself. */
export class Credential {
  /** Nothing at all. */
  static readonly ANONYMOUS = new Credential(undefined);

  readonly #token: string | undefined;

  private constructor(token: string | undefined) {
    this.#token = token;
  }

  /** A bearer credential: a token, an API key or a temporary credential. */
  static bearer(token: string): Credential {
    if (typeof token !== "string" || token === "") throw new CredentialError("credential_malformed", "the credential is empty");
    if (token.length > MAX_CREDENTIAL) throw new CredentialError("credential_malformed", "the credential is too long");
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new CredentialError("credential_malformed", "the credential has characters outside visible ASCII");
    }
    return new Credential(token);
  }

  /** The values of the `Authorization` headers of a request. Only a request without any is anonymous. */
  static ofHeaders(values: readonly string[]): Credential {
    const [value] = values;
    if (value === undefined) return Credential.ANONYMOUS;
    if (values.length > 1) {
      throw new CredentialError("credential_malformed", "the request has more than one Authorization header");
    }
    const found = /^ *bearer +([^ ]+) *$/i.exec(value.length > MAX_CREDENTIAL + 32 ? "" : value);
    if (!found?.[1]) {
      throw new CredentialError("credential_malformed", "the Authorization header is not of the form `Bearer TOKEN`");
    }
    return Credential.bearer(found[1]);
  }

  /** What a request presents: of Node's servers, Express and Fastify among them, or of `fetch`. */
  static of({ headers, headersDistinct }: HasHeaders): Credential {
    if (headersDistinct) return Credential.ofHeaders(headersDistinct.authorization ?? []);
    if ("get" in headers && typeof headers.get === "function") {
      const value = headers.get("authorization");
      return Credential.ofHeaders(value === null ? [] : [value]);
    }
    const { authorization } = headers as { authorization?: string | readonly string[] };
    if (authorization === undefined) return Credential.ANONYMOUS;
    return Credential.ofHeaders(typeof authorization === "string" ? [authorization] : authorization);
  }

  /** The token; nothing where nothing was presented. */
  get token(): string | undefined {
    return this.#token;
  }

  toString(): string {
    return this.#token === undefined ? "Anonymous" : "Bearer(…)";
  }

  toJSON(): string {
    return this.toString();
  }
}
