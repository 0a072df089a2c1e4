import { limit } from "../client/limit.js";
import type { PermissionSet } from "../engine/engine.js";
import type { Known } from "./wire.js";

/** Bounds of what is kept. */
export interface CacheBounds {
  /** The most callers; 10,000 unless you say otherwise. */
  callers?: number;
  /** The most bytes of memory, roughly; 64 MiB. */
  bytes?: number;
}

/** Somebody who is known. */
export interface Entry extends Known {
  /** Who they are, as the engine reads it. */
  readonly identityText: string;
  /** What they hold, as the server wrote it. */
  readonly permissions: string;
  readonly set: PermissionSet;
  readonly etag: string;
  /** The schemas that their permissions were compiled by. */
  readonly generation: number;
  /** The revision that this is of. */
  readonly revision: number;
  /** When it ends by itself, in milliseconds since 1970. */
  readonly validUntil: number | undefined;
  readonly application: { id: string; namespaces: readonly string[] } | undefined;
  /** Whether it is for one request alone, and not kept. */
  readonly isForOnce?: boolean;
  /** Whether it may not be so any more. */
  stale: boolean;
}

/** What stands for a credential: its SHA-256, and nothing where none was presented. */
export async function keyOf(token: string | undefined): Promise<string> {
  if (token === undefined) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Who is known, by a digest of what they presented. Whoever was not asked about for longest goes first. */
export class Callers {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor({ callers = 10_000, bytes = 64 << 20 }: CacheBounds = {}) {
    this.#most = limit("cache.callers", callers, 1);
    this.#mostBytes = limit("cache.bytes", bytes, 1);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  put(key: string, entry: Entry): void {
    this.forget(key);
    this.#entries.set(key, entry);
    this.#bytes += bytesOf(entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most && this.#bytes <= this.#mostBytes) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= bytesOf(entry);
    this.#entries.delete(key);
  }

  /** Marks whoever is meant. */
  mark(isMeant: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.values()) if (isMeant(entry)) entry.stale = true;
  }
}

/** The texts, and about as much again of what they were compiled to. */
function bytesOf({ identityText, permissions }: Entry): number {
  return 1_024 + 4 * (identityText.length + permissions.length);
}
