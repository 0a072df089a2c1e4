import { ClientError } from "../errors.js";
import { limit } from "./limit.js";

/** An AuthZEN answer. */
export interface Answer {
  decision: boolean;
  context?: { reason_code?: string; [member: string]: unknown };
}

interface Waiting<Answered> {
  text: string;
  resolve: (answer: Answered) => void;
  reject: (error: unknown) => void;
}

export interface BatchOptions {
  /** Questions in one request at most; the server takes no more than 1,000. */
  maxBatch?: number;
  /** Questions that may be under way at a time. */
  maxWaiting?: number;
  /** Requests that may be under way at a time; further questions wait. */
  maxRequests?: number;
}

/** Characters of the questions in one request: a server takes a mebibyte unless it is told otherwise. */
const LENGTH = 256 * 1024;
/** Requests that are made of one, where the server does not take what is in it. */
const PARTS = 32;

/**
 * Gathers questions that are asked in the same turn of the event loop, and asks each only once. An answer is kept for
 * nobody: whoever asks after a question was sent asks anew.
 */
export class Batcher<Answered> {
  readonly #send: (questions: readonly string[]) => Promise<readonly Answered[]>;
  readonly #maxBatch: number;
  readonly #maxWaiting: number;
  readonly #maxRequests: number;
  /** By the question's text, until it is sent: what those who ask the same wait for. */
  readonly #unsent = new Map<string, Promise<Answered>>();
  readonly #ready: Waiting<Answered>[][] = [];
  #gathered: Waiting<Answered>[] = [];
  #waiting = 0;
  #requests = 0;

  /** `send` is handed the texts of questions, and answers them in order. */
  constructor(send: (questions: readonly string[]) => Promise<readonly Answered[]>, options: BatchOptions = {}) {
    this.#send = send;
    this.#maxBatch = limit("maxBatch", options.maxBatch ?? 200, 1, 1_000);
    this.#maxWaiting = limit("maxWaiting", options.maxWaiting ?? 10_000, 1);
    this.#maxRequests = limit("maxRequests", options.maxRequests ?? 16, 1);
  }

  /** Asks a question, which is sent as this text: the object that it was made of may change meanwhile. */
  ask(text: string): Promise<Answered> {
    const same = this.#unsent.get(text);
    if (same) return same;
    if (this.#waiting >= this.#maxWaiting) {
      return Promise.reject(new ClientError("overloaded", `${this.#maxWaiting} questions wait for an answer already`));
    }
    const asked = new Promise<Answered>((resolve, reject) => {
      if (this.#gathered.length === 0) queueMicrotask(() => this.#flush());
      this.#gathered.push({ text, resolve, reject });
    });
    const done = () => {
      this.#waiting -= 1;
    };
    this.#waiting += 1;
    this.#unsent.set(text, asked);
    asked.then(done, done);
    return asked;
  }

  #flush(): void {
    let batch: Waiting<Answered>[] = [];
    let length = 0;
    for (const waiting of this.#gathered) {
      if (batch.length === this.#maxBatch || (batch.length > 0 && length + waiting.text.length > LENGTH)) {
        this.#ready.push(batch);
        [batch, length] = [[], 0];
      }
      batch.push(waiting);
      length += waiting.text.length;
    }
    this.#gathered = [];
    this.#ready.push(batch);
    this.#start();
  }

  #start(): void {
    while (this.#requests < this.#maxRequests) {
      const batch = this.#ready.shift();
      if (!batch) return;
      // From here on the answer may be older than the question of whoever asks the same.
      for (const { text } of batch) this.#unsent.delete(text);
      this.#requests += 1;
      void this.#ask(batch).finally(() => {
        this.#requests -= 1;
        this.#start();
      });
    }
  }

  /** One request, and one after the other those that are made of it: a question that is not taken fails by itself. */
  async #ask(batch: Waiting<Answered>[]): Promise<void> {
    const parts = [batch];
    let left = PARTS;
    for (let part = parts.shift(); part; part = parts.shift()) {
      left -= 1;
      try {
        const answers = await this.#send(part.map(({ text }) => text));
        if (answers.length !== part.length) {
          throw new ClientError("malformed_answer", `${answers.length} answers came to ${part.length} questions`);
        }
        part.forEach((waiting, index) => waiting.resolve(answers[index]!));
      } catch (error) {
        if (part.length > 1 && left >= parts.length + 2 && isAboutTheBody(error)) {
          const middle = part.length >> 1;
          parts.unshift(part.slice(0, middle), part.slice(middle));
        } else {
          for (const waiting of part) waiting.reject(error);
        }
      }
    }
  }
}

const ABOUT_THE_BODY = ["malformed_body", "invalid_document", "body_too_large"];

/** Whether the server did not take what was asked, and might have taken less of it. */
function isAboutTheBody(error: unknown): boolean {
  if (!(error instanceof ClientError) || error.code !== "refused") return false;
  // A proxy before the server says that something is too long without any code.
  return error.problem === undefined ? error.status === 413 : ABOUT_THE_BODY.includes(error.problem);
}
