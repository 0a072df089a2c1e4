import { ownHeaders, problemOf } from "../../api/client";
import { ApiError } from "../../api/error";
import type { Event } from "./events";
import type { EventSearch } from "./terms";

/** One message of a stream of server-sent events. */
export interface Message {
  event: string;
  id: string;
  data: string;
}

/** Reads messages out of pieces of text, wherever these are cut. */
export function messages(): (piece: string) => Message[] {
  let rest = "";
  return (piece) => {
    rest += piece;
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const read: Message = { event: "", id: "", data: "" };
      for (const line of block.split("\n")) {
        const [, name, value] = /^(event|id|data): ?(.*)$/.exec(line) ?? [];
        if (name === "event" || name === "id") read[name] = value ?? "";
        else if (name === "data") read.data += (read.data === "" ? "" : "\n") + (value ?? "");
      }
      return read.event === "" ? [] : [read];
    });
  };
}

/** What a tail tells of itself. */
export interface Told {
  onOpen: () => void;
  onEvent: (event: Event) => void;
  /** The connection broke off; it is tried again in so many milliseconds. */
  onLost: (error: unknown, wait: number) => void;
  /** It was refused, and is not asked for again: that would be refused as well. */
  onRefused: (error: ApiError) => void;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** Whether asking again later comes to the same. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Events as they come, until it is stopped. Where the connection breaks off, it goes on behind the last event that came. */
export function follow(search: EventSearch, told: Told): () => void {
  const stopped = new AbortController();
  let last = "";
  let wait = FIRST_WAIT;
  let timer: number | undefined;
  const read = async () => {
    const response = await fetch("/api/v1/audit-events/tail", {
      method: "POST",
      credentials: "same-origin",
      headers: { ...ownHeaders(), "Content-Type": "application/json", Accept: "text/event-stream", ...(last === "" ? {} : { "Last-Event-ID": last }) },
      body: JSON.stringify(search),
      signal: stopped.signal,
    });
    if (!response.ok || !response.body) throw await problemOf(response);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = messages();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The stream ended");
      for (const message of take(value)) {
        if (message.id !== "") last = message.id;
        if (message.event === "ready") told.onOpen();
        if (message.event === "event") told.onEvent(JSON.parse(message.data) as Event);
        wait = FIRST_WAIT;
      }
    }
  };
  const run = () => {
    read().catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      if (error instanceof ApiError && isFinal(error.status)) {
        told.onRefused(error);
        return;
      }
      told.onLost(error, wait);
      timer = window.setTimeout(run, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  run();
  return () => {
    clearTimeout(timer);
    stopped.abort();
  };
}
