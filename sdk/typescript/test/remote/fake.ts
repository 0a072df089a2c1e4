/**
 * A server that speaks as much of the contract as failures need to be brought about in, behind a `fetch`. What it says of
 * permissions is not what a Casemate says: that is tested with a real one.
 */
export interface Asked {
  path: string;
  headers: Headers;
  body: { items?: { token?: string; if_none_match?: string; anonymous?: boolean }[] };
}

type Mode = { is: "good" } | { is: "status"; status: number } | { is: "body"; text: string } | { is: "silent" };

/** Somebody who holds these permissions. */
export function item(subject: string, permissions: readonly object[], more: object = {}, identity: object = {}): Record<string, unknown> {
  return {
    identity: {
      id: null, provider: "corp", type: "user", subject, login: null, display_name: null, tenant: "default",
      groups: [], claims: {}, auth: null, actor: null, ...identity,
    },
    credential: null,
    permissions: permissions.map((permission) => ({
      permission, origin: { kind: "role", name: "r", via: null }, from: null, until: null,
    })),
    valid_until: null,
    etag: `"${subject}-${JSON.stringify(permissions).length}"`,
    ...more,
  };
}

export const OWN_SCHEMA = { application: "casemate", schema: { format: 1, application: { id: "casemate", namespaces: ["casemate"] } } };

export class FakeServer {
  readonly asked: Asked[] = [];
  readonly items = new Map<string, Record<string, unknown>>();
  /** How it answers what is no stream. */
  mode: Mode = { is: "good" };
  /** How it answers streams that begin. */
  streamMode: Mode = { is: "good" };
  revision = 1;
  schemas: object[] = [OWN_SCHEMA];
  /** Whoever is answered only by themselves. */
  crowded: string | undefined;
  /** What `ready` says beside the revision. */
  ready: Record<string, unknown> = { lease_seconds: 30 };
  readyId: string | undefined;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  readonly fetch: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    const headers = new Headers(init?.headers);
    this.asked.push({ path, headers, body: JSON.parse(String(init?.body ?? "{}")) as Asked["body"] });
    const signal = init?.signal ?? new AbortController().signal;
    if (path.endsWith("/changes")) return this.#stream(signal);
    const mode = path.endsWith("/schemas") && this.mode.is === "body" ? { is: "good" as const } : this.mode;
    if (mode.is === "silent") return this.#never(signal);
    if (mode.is === "status") return Response.json({ code: "unavailable" }, { status: mode.status });
    if (mode.is === "body") return new Response(mode.text, { headers: { "content-type": "application/json" } });
    return path.endsWith("/schemas") ? this.#schemas(headers) : this.#resolve(JSON.parse(String(init?.body)) as Asked["body"]);
  };

  /** Whoever presents a token from now on, at a new revision that nobody is told of. */
  put(token: string, one: Record<string, unknown>): number {
    this.items.set(token, one);
    return (this.revision += 1);
  }

  /** Tells an event to all streams. */
  tell(kind: string, data: object, id?: string): void {
    const line = id === undefined ? "" : `id: ${id}\n`;
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(`${line}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`));
  }

  /** Tears all streams. */
  tear(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  get streams(): number {
    return this.#streams.size;
  }

  of(path: string): Asked[] {
    return this.asked.filter((asked) => asked.path.endsWith(path));
  }

  get resolved(): Asked[] {
    return this.of("/resolve");
  }

  #never(signal: AbortSignal): Promise<Response> {
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true }));
  }

  #stream(signal: AbortSignal): Response {
    if (this.streamMode.is !== "good") return Response.json({ code: "unavailable" }, { status: 503 });
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        const id = this.readyId === undefined ? "" : `id: ${this.readyId}\n`;
        const ready = JSON.stringify({ revision: this.revision, ...this.ready });
        stream.enqueue(new TextEncoder().encode(`${id}event: ready\ndata: ${ready}\n\n`));
        this.#streams.add(stream);
        signal.addEventListener("abort", () => {
          if (this.#streams.delete(stream)) stream.error(new Error("aborted"));
        });
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  #schemas(headers: Headers): Response {
    const etag = `"${JSON.stringify(this.schemas).length}"`;
    const said = { etag, "casemate-revision": String(this.revision) };
    if (headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers: said });
    return Response.json({ revision: this.revision, items: this.schemas }, { headers: said });
  }

  #resolve({ items = [] }: Asked["body"]): Response {
    const answers = items.map(({ token = "", if_none_match: known }) => {
      if (items.length > 1 && this.crowded === token) return { problem: { code: "limit_reached", detail: "alone" } };
      const found = this.items.get(token);
      if (!found) return { problem: { code: "credential_rejected", detail: "no" } };
      if (known !== undefined && found["etag"] === known) return { not_modified: true, etag: known, valid_until: found["valid_until"] };
      return found;
    });
    return Response.json({ revision: this.revision, items: answers });
  }
}
