import type { Dialect, Effect, Evaluation, Filter, Json, Question } from "../question.js";
import type { Permission, PermissionName } from "../vocabulary.js";
import { EngineError, type ErrorCode, type SchemaProblem } from "../errors.js";
import { parse, stringify } from "../json.js";
import type * as bindings from "../../wasm/engine.js";
import { type WasmSource, load } from "./load.js";

/** A time: a `Date`, or microseconds since 1970 UTC as a bigint. */
export type Time = Date | bigint;

/** A value, or its JSON text. Whole numbers beyond 2⁵³ keep their digits as bigints, or in a text. */
export type OrText<T> = T | string;

/** Where a permission came from. */
export interface Origin {
  kind: "role" | "team" | "group" | "key" | "source" | "file";
  name: string;
  via?: string | null;
}

/** A permission with where it came from and when it is in force (`from <= now < until`). */
export interface Granted {
  permission: OrText<Permission>;
  origin?: Origin;
  from?: Time;
  until?: Time;
}

/** An answer. */
export interface Decision {
  effect: Effect;
  /** Why, as a stable code. */
  reason: string;
  /** The permission that decided. */
  permission?: { name: string; deny?: boolean; [property: string]: Json | undefined };
  /** Where that one came from. */
  origin?: Origin;
  /** In a batch: what was wrong with the question. */
  message?: string;
}

/** Which resources? */
export interface FilterAnswer extends Decision {
  filter?: Filter;
}

/** Which rows? */
export interface SqlAnswer extends Decision {
  sql?: string;
  parameters?: (boolean | number | bigint | string)[];
}

/** Why? */
export interface Explanation {
  decision: Effect;
  reason_code: string;
  /** One sentence for people. */
  reason: string;
  /** The whole, for people. */
  text: string;
  [member: string]: Json | undefined;
}

/** What an application declares. */
export interface Description {
  documents: SchemaDocument[];
  declared: { name: string; patterns: string[] }[];
}

/** A schema as it stands in its file. */
export interface SchemaDocument {
  application: { id: string; title?: string; namespaces: string[]; request_name?: string; properties?: "opaque" };
  attributes?: Record<string, { type?: string; nullable?: boolean }>;
  permission?: {
    name: string;
    title?: string;
    properties?: Record<string, { type?: string; title?: string; opaque?: boolean }>;
  }[];
}

/** What belongs to a question without being part of it. */
export interface Asking {
  /** The time of the decision; the engine has no clock. */
  now?: Time;
  /** The id of the asking application, whose template makes the requested name. */
  application?: string;
}

type Bindings = typeof bindings;

/** The engine, loaded. */
export class Engine {
  private constructor(private readonly bindings: Bindings) {}

  /**
   * Loads the WebAssembly: from `source`, or from the file that comes with the package (in Node from the disk, in a
   * browser by `fetch`).
   */
  static async load(source?: WasmSource): Promise<Engine> {
    return new Engine(await load(source));
  }

  /** Compiles schemas, each the text of a TOML file. Throws an `EngineError` with every mistake. */
  catalog(schemas: readonly string[] = []): Catalog {
    return new Catalog(this.bindings, run(() => new this.bindings.Catalog([...schemas])));
  }

  /** Compiles the schemas that a server tells (`GET /api/v1/permissions/schemas`, `items`), as their JSON text. */
  catalogOfServer(schemas: string): Catalog {
    return new Catalog(this.bindings, run(() => this.bindings.Catalog.of_server(schemas)));
  }
}

/** What names and properties mean. */
export class Catalog {
  /** @internal */
  constructor(
    private readonly bindings: Bindings,
    private readonly handle: bindings.Catalog,
  ) {}

  /** Compiles the permissions of one identity. One that is malformed refuses them all. */
  compile(permissions: readonly (OrText<Permission> | Granted)[]): PermissionSet {
    const grants = permissions.map(grantText).join(",");
    const handle = run(() => new this.bindings.PermissionSet(this.handle, `[${grants}]`));
    if (handle.size !== permissions.length) {
      handle.free();
      throw new EngineError("invalid_permission", "the permissions became others than they were");
    }
    return new PermissionSet(handle);
  }

  /** Compiles permissions as a server writes them: the JSON text of a list, each with its origin and times. */
  compileText(permissions: string): PermissionSet {
    return new PermissionSet(run(() => new this.bindings.PermissionSet(this.handle, permissions)));
  }

  /** What is wrong with a permission that is to be written; nothing, where it may be. */
  problems(permission: OrText<Permission>): string[] {
    return read(run(() => this.handle.problems(permissionText(permission))));
  }

  /** What the schemas declare. */
  describe(): Description {
    return read(run(() => this.handle.describe()));
  }

  /** Gives its memory back; otherwise the garbage collector does. */
  free(): void {
    this.handle.free();
  }
}

/** The permissions of one identity, compiled. Immutable. */
export class PermissionSet {
  /** @internal */
  constructor(private readonly handle: bindings.PermissionSet) {}

  /** How many there are. */
  get size(): number {
    return this.handle.size;
  }

  /** May they? Without a resource, or with `partial` one of which not all is known, it may be conditional. */
  check(question: OrText<Question>, asking: Asking & { partial?: boolean } = {}): Decision {
    const partial = asking.partial ?? false;
    return read(run(() => this.handle.check(text(question), micros(asking.now), asking.application, partial)));
  }

  /** Whether they may; conditional is no. */
  allows(question: OrText<Question>, asking: Asking = {}): boolean {
    return this.check(question, asking).effect === "allowed";
  }

  /** Many questions at one time, answered in order. One that is no question is denied by itself. */
  checkMany(questions: readonly OrText<Question>[], asking: Asking = {}): Decision[] {
    // In the place of a text that is not one value, and could be several questions.
    const texts = questions.map(text).map((question) => (isOneValue(question) ? question : "null"));
    const batch = `{"evaluations":[${texts.join(",")}]}`;
    const answers = read<Decision[]>(run(() => this.handle.check_many(batch, micros(asking.now), asking.application)));
    if (answers.length !== questions.length) {
      throw new EngineError("engine_failed", `${answers.length} answers came to ${questions.length} questions`);
    }
    return answers;
  }

  /** On which resources may they? */
  filter(question: OrText<Question>, asking: Asking = {}): FilterAnswer {
    return read(run(() => this.handle.filter(text(question), micros(asking.now), asking.application, undefined)));
  }

  /** The same as a condition of SQL with values to bind. */
  sql(question: OrText<Question>, dialect: Dialect, asking: Asking = {}): SqlAnswer {
    return read(run(() => this.handle.filter(text(question), micros(asking.now), asking.application, dialect)));
  }

  /** Why, why not, and what would change it. */
  explain(question: OrText<Question>, asking: Asking = {}): Explanation {
    return read(run(() => this.handle.explain(text(question), micros(asking.now), asking.application)));
  }

  /** The permissions that match a name and are in force, for an application that interprets its own properties. */
  permissions(name: PermissionName, asking: Pick<Asking, "now"> = {}): Permission[] {
    return read(run(() => this.handle.permissions(name, micros(asking.now))));
  }

  /** Gives its memory back; otherwise the garbage collector does. */
  free(): void {
    this.handle.free();
  }
}

export type { Evaluation, Question, WasmSource };

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

function micros(time: Time | undefined): bigint {
  const now = time ?? new Date();
  if (typeof now === "bigint") {
    if (now < LEAST || now > MOST) throw new EngineError("invalid_evaluation", "the time has more than 64 bits");
    return now;
  }
  const millis = now.getTime();
  if (!Number.isFinite(millis)) throw new EngineError("invalid_evaluation", "the time is no time");
  return BigInt(Math.round(millis)) * 1000n;
}

function text(value: OrText<unknown>): string {
  return typeof value === "string" ? value : stringify(value);
}

/** Whether it may stand beside others in a list: what is more than one value would become more than one entry. */
function isOneValue(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

function oneValue(value: OrText<unknown>, index?: number): string {
  const json = text(value);
  if (!isOneValue(json)) throw new EngineError("invalid_permission", "the text is not one value of JSON", index);
  return json;
}

/** What JSON leaves out or makes nothing of could be what restricts the permission, or what makes a denial of it. */
function permissionText(permission: OrText<Permission>, index?: number): string {
  if (typeof permission === "string") return oneValue(permission, index);
  return stringify(permission, (name, member) => {
    const isLost = ["undefined", "function", "symbol"].includes(typeof member) || Number.isNaN(member);
    if (!isLost && member !== Infinity && member !== -Infinity) return member;
    const what = name === "" ? "the permission" : `the permission's \`${name}\``;
    throw new EngineError("invalid_permission", `${what} is ${String(member)}, which JSON has no word for`, index);
  });
}

function isGranted(entry: Permission | Granted): entry is Granted {
  return typeof entry === "object" && entry !== null && !("name" in entry) && "permission" in entry;
}

function grantText(entry: OrText<Permission> | Granted, index: number): string {
  if (typeof entry === "string" || !isGranted(entry)) return `{"permission":${permissionText(entry, index)}}`;
  const members = [`"permission":${permissionText(entry.permission, index)}`];
  if (entry.origin) members.push(`"origin":${oneValue(entry.origin, index)}`);
  for (const member of ["from", "until"] as const) {
    if (!(member in entry)) continue;
    const time: unknown = entry[member];
    // Nothing at all would be a permission without that end.
    if (typeof time !== "bigint" && !(time instanceof Date)) {
      throw new EngineError("invalid_permission", `\`${member}\` is neither a Date nor a bigint`, index);
    }
    members.push(`"${member}":${micros(time)}`);
  }
  return `{${members.join(",")}}`;
}

function read<T>(json: string): T {
  return parse(json) as T;
}

interface Mistake {
  code: ErrorCode;
  message: string;
  index?: number;
  problems?: SchemaProblem[];
}

function run<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof EngineError) throw thrown;
    if (typeof thrown !== "string") {
      throw new EngineError("engine_failed", "the permission engine failed; nothing is allowed by that");
    }
    const { code, message, index, problems } = JSON.parse(thrown) as Mistake;
    throw new EngineError(code, message, index, problems);
  }
}
