import type { components } from "../generated/api.js";
import { ClientError } from "../errors.js";
import { canonical, stringify } from "../json.js";
import type { Dialect, Evaluation, Filter, Json } from "../question.js";
import { type Answer, type BatchOptions, Batcher } from "./batch.js";
import { type Ask, Transport, type TransportOptions, isObject } from "./transport.js";

/** What `/api/v1/check` answers. */
export type CheckAnswer = components["schemas"]["CheckAnswer"];
/** What `/api/v1/filter` answers. */
export type RemoteFilterAnswer = Omit<components["schemas"]["FilterAnswer"], "filter" | "parameters"> & {
  filter?: Filter;
  parameters?: Json[] | null;
};

export interface ClientOptions extends TransportOptions, BatchOptions {}

/** Asks a Casemate server. Every failure is thrown as a `ClientError`: no answer is ever made up. */
export class Client {
  readonly #transport: Transport;
  readonly #evaluating: Batcher<Answer>;
  readonly #checking: Batcher<CheckAnswer>;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.#evaluating = new Batcher((questions) => this.#evaluations(questions, {}), options);
    // A request holds one of these.
    this.#checking = new Batcher(async ([question]) => [await this.#check(question ?? "null", {})], {
      ...options,
      maxBatch: 1,
    });
  }

  /** The tenant that it asks about; the credential's own where it is none. */
  get tenant(): string | undefined {
    return this.#transport.tenant;
  }

  /**
   * One question of AuthZEN. Those asked at the same time travel together in one request, and the same one is asked
   * once; with a revision or a signal, a question travels by itself.
   */
  async evaluate(question: Evaluation, ask: Ask = {}): Promise<Answer> {
    if (travelsAlone(ask)) return (await this.#evaluations([stringify(question)], ask))[0]!;
    return this.#evaluating.ask(canonical(question));
  }

  /** Whether they may. */
  async allows(question: Evaluation, ask: Ask = {}): Promise<boolean> {
    return (await this.evaluate(question, ask)).decision;
  }

  /** Many questions in one request, answered in order. */
  async evaluateMany(questions: readonly Evaluation[], ask: Ask = {}): Promise<Answer[]> {
    if (questions.length === 0) return [];
    const answers = await this.#evaluations(questions.map((question) => stringify(question)), ask);
    if (answers.length !== questions.length) {
      throw new ClientError("malformed_answer", `${answers.length} answers came to ${questions.length} questions`);
    }
    return answers;
  }

  /**
   * May they? Without a resource, or with one of which not all is known, it may be conditional. The same question of one
   * moment is asked once.
   */
  async check(question: Evaluation, ask: Ask = {}): Promise<CheckAnswer> {
    if (travelsAlone(ask)) return this.#check(stringify(question), ask);
    return this.#checking.ask(canonical(question));
  }

  /** On which resources may they? With a dialect, as SQL. */
  async filter(question: Evaluation, ask: Ask & { dialect?: Dialect } = {}): Promise<RemoteFilterAnswer> {
    const body = ask.dialect === undefined ? question : { ...question, dialect: ask.dialect };
    const answer = readWord(await this.#transport.ask("POST", "/api/v1/filter", stringify(body), ask));
    if (answer["decision"] === "conditional" && !isObject(answer["filter"]) && typeof answer["sql"] !== "string") {
      throw new ClientError("malformed_answer", "the answer is conditional, and has no filter");
    }
    return answer as unknown as RemoteFilterAnswer;
  }

  /** Why may they, or why not? */
  async explain(question: Evaluation, ask: Ask = {}): Promise<Record<string, unknown>> {
    const answer = await this.#transport.ask("POST", "/api/v1/explain", stringify(question), ask);
    if (!isObject(answer)) throw new ClientError("malformed_answer", "the answer is no object");
    return answer;
  }

  /** Who the server says the credential is. */
  async me(ask: Ask = {}): Promise<Record<string, unknown>> {
    const answer = await this.#transport.ask("GET", "/api/v1/me", undefined, ask);
    if (!isObject(answer)) throw new ClientError("malformed_answer", "the answer is no object");
    return answer;
  }

  async #check(question: string, ask: Ask): Promise<CheckAnswer> {
    return Object.freeze(readWord(await this.#transport.ask("POST", "/api/v1/check", question, ask))) as unknown as CheckAnswer;
  }

  async #evaluations(questions: readonly string[], ask: Ask): Promise<Answer[]> {
    if (questions.length === 1) {
      return [readAnswer(await this.#transport.ask("POST", "/access/v1/evaluation", questions[0], ask))];
    }
    const answer = await this.#transport.ask("POST", "/access/v1/evaluations", `{"evaluations":[${questions.join(",")}]}`, ask);
    const list = isObject(answer) ? answer["evaluations"] : undefined;
    if (!Array.isArray(list)) throw new ClientError("malformed_answer", "the answer holds no list of evaluations");
    return list.map(readAnswer);
  }
}

/** Whether an answer to others would be none to this. */
function travelsAlone({ atLeast, signal }: Ask): boolean {
  return atLeast !== undefined || signal !== undefined;
}

/** Whatever is not the value `true` is no. What is no boolean is no answer either. */
function readAnswer(value: unknown): Answer {
  if (!isObject(value) || typeof value["decision"] !== "boolean") {
    throw new ClientError("malformed_answer", "the answer holds no decision");
  }
  // Whoever asked the same has the same object.
  return Object.freeze(value) as unknown as Answer;
}

const WORDS = ["allowed", "denied", "conditional"];

function readWord(value: unknown): Record<string, unknown> {
  if (!isObject(value) || !WORDS.includes(value["decision"] as string)) {
    throw new ClientError("malformed_answer", "the answer holds no decision");
  }
  return value;
}

export type { Answer, Ask, TransportOptions };
