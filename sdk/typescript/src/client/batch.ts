import { ClientError } from "../errors.js";
import type { Evaluation } from "../question.js";

/** An AuthZEN answer. */
export interface Answer {
  decision: boolean;
  context?: { reason_code?: string; [member: string]: unknown };
}

interface Waiting {
  question: Evaluation;
  text: string;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export interface BatchOptions {
  /** Questions in one request at most; the server takes no more than 1,000. */
  maxBatch?: number;
  /** Questions that may be under way at a time. */
  maxWaiting?: number;
}

/** Characters of the questions in one request: a server takes a mebibyte unless it is told otherwise. */
const LENGTH = 256 * 1024;

/**
 * Gathers questions that are asked in the same turn of the event loop, and asks each only once. An answer is kept for
 * nobody: whoever asks after it came asks anew.
 */
export class Batcher {
  readonly #send: (questions: Evaluation[]) => Promise<Answer[]>;
  readonly #maxBatch: number;
  readonly #maxWaiting: number;
  /** By the question's text: what those who ask the same wait for. */
  readonly #underWay = new Map<string, Promise<Answer>>();
  #gathered: Waiting[] = [];

  constructor(send: (questions: Evaluation[]) => Promise<Answer[]>, options: BatchOptions = {}) {
    this.#send = send;
    this.#maxBatch = Math.min(options.maxBatch ?? 200, 1_000);
    this.#maxWaiting = options.maxWaiting ?? 10_000;
  }

  ask(question: Evaluation, key: string): Promise<Answer> {
    const text = `${key} ${canonical(question)}`;
    const same = this.#underWay.get(text);
    if (same) return same;
    if (this.#underWay.size >= this.#maxWaiting) {
      return Promise.reject(new ClientError("overloaded", `${this.#maxWaiting} questions wait for an answer already`));
    }
    const asked = new Promise<Answer>((resolve, reject) => {
      if (this.#gathered.length === 0) queueMicrotask(() => this.#flush());
      this.#gathered.push({ question, text, resolve, reject });
    });
    const done = () => this.#underWay.delete(text);
    this.#underWay.set(text, asked);
    asked.then(done, done);
    return asked;
  }

  #flush(): void {
    let batch: Waiting[] = [];
    let length = 0;
    for (const waiting of this.#gathered) {
      if (batch.length === this.#maxBatch || (batch.length > 0 && length + waiting.text.length > LENGTH)) {
        void this.#ask(batch);
        [batch, length] = [[], 0];
      }
      batch.push(waiting);
      length += waiting.text.length;
    }
    this.#gathered = [];
    void this.#ask(batch);
  }

  async #ask(batch: Waiting[]): Promise<void> {
    try {
      const answers = await this.#send(batch.map((waiting) => waiting.question));
      if (answers.length !== batch.length) {
        throw new ClientError("malformed_answer", `${answers.length} answers came to ${batch.length} questions`);
      }
      batch.forEach((waiting, index) => waiting.resolve(answers[index]!));
    } catch (error) {
      if (batch.length > 1 && isAboutTheBody(error)) {
        // One question that the server does not take must not fail those beside it.
        const middle = batch.length >> 1;
        await Promise.all([this.#ask(batch.slice(0, middle)), this.#ask(batch.slice(middle))]);
        return;
      }
      for (const waiting of batch) waiting.reject(error);
    }
  }
}

/** Whether the server did not take what was asked, and might have taken less of it. */
function isAboutTheBody(error: unknown): boolean {
  return error instanceof ClientError && error.code === "refused" && [400, 413, 422].includes(error.status ?? 0);
}

/** The same text for questions that differ only in the order of their members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
