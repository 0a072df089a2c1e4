import type { components } from "../generated/api.js";
import { ClientError } from "../errors.js";
import type { Dialect, Evaluation, Filter } from "../question.js";
import { type Answer, type BatchOptions, Batcher } from "./batch.js";
import { type Ask, Transport, type TransportOptions, isObject } from "./transport.js";

/** What `/api/v1/check` answers. */
export type CheckAnswer = components["schemas"]["CheckAnswer"];
/** What `/api/v1/filter` answers. */
export type RemoteFilterAnswer = Omit<components["schemas"]["FilterAnswer"], "filter"> & { filter?: Filter };

export interface ClientOptions extends TransportOptions, BatchOptions {}

/** Asks a Casemate server. Every failure is thrown as a `ClientError`: no answer is ever made up. */
export class Client {
  readonly #transport: Transport;
  readonly #batcher: Batcher;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.#batcher = new Batcher((questions) => this.#evaluations(questions, {}), options);
  }

  /**
   * One question of AuthZEN. Those asked at the same time travel together in one request, and the same one is asked
   * once; with a revision or a signal, a question travels by itself.
   */
  async evaluate(question: Evaluation, ask: Ask = {}): Promise<Answer> {
    if (ask.atLeast !== undefined || ask.signal !== undefined) {
      return readAnswer(await this.#transport.ask("POST", "/access/v1/evaluation", question, ask));
    }
    return this.#batcher.ask(question, "");
  }

  /** Whether they may. */
  async allows(question: Evaluation, ask: Ask = {}): Promise<boolean> {
    return (await this.evaluate(question, ask)).decision;
  }

  /** Many questions in one request, answered in order. */
  async evaluateMany(questions: readonly Evaluation[], ask: Ask = {}): Promise<Answer[]> {
    if (questions.length === 0) return [];
    const answers = await this.#evaluations(questions, ask);
    if (answers.length !== questions.length) {
      throw new ClientError("malformed_answer", `${answers.length} answers came to ${questions.length} questions`);
    }
    return answers;
  }

  /** May they? Without a resource, or with one of which not all is known, it may be conditional. */
  async check(question: Evaluation, ask: Ask = {}): Promise<CheckAnswer> {
    return readWord(await this.#transport.ask("POST", "/api/v1/check", question, ask)) as unknown as CheckAnswer;
  }

  /** On which resources may they? With a dialect, as SQL. */
  async filter(question: Evaluation, ask: Ask & { dialect?: Dialect } = {}): Promise<RemoteFilterAnswer> {
    const body = ask.dialect === undefined ? question : { ...question, dialect: ask.dialect };
    const answer = readWord(await this.#transport.ask("POST", "/api/v1/filter", body, ask));
    if (answer["decision"] === "conditional" && !isObject(answer["filter"]) && typeof answer["sql"] !== "string") {
      throw new ClientError("malformed_answer", "the answer is conditional, and has no filter");
    }
    return answer as unknown as RemoteFilterAnswer;
  }

  /** Why may they, or why not? */
  async explain(question: Evaluation, ask: Ask = {}): Promise<Record<string, unknown>> {
    const answer = await this.#transport.ask("POST", "/api/v1/explain", question, ask);
    if (!isObject(answer)) throw new ClientError("malformed_answer", "the answer is no object");
    return answer;
  }

  /** Who the server says the credential is. */
  async me(ask: Ask = {}): Promise<Record<string, unknown>> {
    const answer = await this.#transport.ask("GET", "/api/v1/me", undefined, ask);
    if (!isObject(answer)) throw new ClientError("malformed_answer", "the answer is no object");
    return answer;
  }

  async #evaluations(questions: readonly Evaluation[], ask: Ask): Promise<Answer[]> {
    if (questions.length === 1) {
      return [readAnswer(await this.#transport.ask("POST", "/access/v1/evaluation", questions[0], ask))];
    }
    const answer = await this.#transport.ask("POST", "/access/v1/evaluations", { evaluations: questions }, ask);
    const list = isObject(answer) ? answer["evaluations"] : undefined;
    if (!Array.isArray(list)) throw new ClientError("malformed_answer", "the answer holds no list of evaluations");
    return list.map(readAnswer);
  }
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
