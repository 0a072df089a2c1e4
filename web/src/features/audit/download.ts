import { ownHeaders, problemOf } from "../../api/client";
import type { EventSearch } from "./terms";

export type Format = "ndjson" | "csv" | "ocsf" | "parquet";

export interface Progress {
  bytes: number;
  /** Lines that came; of binary formats none are counted. */
  events: number;
  files: number;
}

const ENDINGS: Record<Format, string> = { ndjson: "ndjson", csv: "csv", ocsf: "ocsf.ndjson", parquet: "parquet" };
/** Pieces are put together to blobs of about this size, which the browser may keep on disk. */
const PIECE = 8 << 20;
const NEWLINE = 10;

/** Reads an export as a stream, and hands out each file once all of it is there. */
export async function download({ format, search, name, signal, onProgress, onFile }: { format: Format; search: EventSearch; name: string; signal: AbortSignal; onProgress: (progress: Progress) => void; onFile: (blob: Blob, name: string) => void }): Promise<void> {
  const progress: Progress = { bytes: 0, events: 0, files: 0 };
  let after: number | undefined;
  do {
    const response = await fetch("/api/v1/audit-events/export", {
      method: "POST",
      credentials: "same-origin",
      headers: { ...ownHeaders(), "Content-Type": "application/json" },
      body: JSON.stringify({ format, search, ...(after === undefined ? {} : { after }) }),
      signal,
    });
    if (!response.ok || !response.body) throw await problemOf(response);
    const blobs: Blob[] = [];
    let pieces: Uint8Array<ArrayBuffer>[] = [];
    let waiting = 0;
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      waiting += value.byteLength;
      progress.bytes += value.byteLength;
      if (format !== "parquet") for (const byte of value) if (byte === NEWLINE) progress.events += 1;
      if (waiting > PIECE) {
        blobs.push(new Blob(pieces));
        pieces = [];
        waiting = 0;
      }
      onProgress({ ...progress });
    }
    progress.files += 1;
    const next = response.headers.get("casemate-next-after");
    const part = format === "parquet" && (next !== null || after !== undefined) ? `-${progress.files}` : "";
    onFile(new Blob([...blobs, ...pieces], { type: response.headers.get("content-type") ?? "application/octet-stream" }), `${name}${part}.${ENDINGS[format]}`);
    onProgress({ ...progress });
    after = next === null ? undefined : Number(next);
  } while (after !== undefined);
}
