import { GraphQLError, type GraphQLResolveInfo, type GraphQLSchema } from "graphql";
import { ForbiddenError } from "./errors.js";
import { type Decider, Deciders, type Identify, type Wants, refusal, wantedOf } from "./guard/decider.js";
import { type GuardSchemaOptions, guardSchema } from "./guard/directive.js";
import type { Identity } from "./question.js";
import type { Permission, PermissionName } from "./vocabulary.js";

export { local, remote } from "./guard/decider.js";
export type { Decider, Identify, Wanted } from "./guard/decider.js";

export { type GuardSchemaOptions, federatedPermissionDirectives, permissionDirectives, undeclaredFields } from "./guard/directive.js";

/** A resolver of Apollo, or of any other server on graphql-js. */
export type Resolver<Source, Arguments, Context, Result> = (
  source: Source,
  args: Arguments,
  context: Context,
  info: GraphQLResolveInfo,
) => Result | Promise<Result>;

export interface GraphQLGuards<Context extends object> {
  /**
   * `hasPermission("pb.page.list")(resolver)`: resolves only for whom holds the permission. The error of others has the
   * code `FORBIDDEN`, `UNAUTHENTICATED` where a credential is needed or not accepted, and `UNAVAILABLE` where it cannot be decided.
   */
  hasPermission<Source = unknown, Arguments = unknown>(
    name: PermissionName,
    wants?: Wants<[Source, Arguments, Context]>,
  ): <Result>(
    resolver: Resolver<Source, Arguments, Context, Result>,
  ) => (source: Source, args: Arguments, context: Context, info: GraphQLResolveInfo) => Promise<Result>;
  /**
   * Wraps the resolvers of a schema by its directives: `@requiresPermission(name: ["pb.page.list"])` of a field or a type, and
   * `@public(reason: "…")`. The schema itself is changed, and returned.
   */
  guardSchema(schema: GraphQLSchema, options?: GuardSchemaOptions): GraphQLSchema;
  /** Who asks. */
  getIdentity(context: Context): Promise<Identity>;
  /** The permissions of that name, as they were granted. */
  getPermissions(context: Context, name: PermissionName): Promise<Permission[]>;
  /** The first of them. */
  getPermission(context: Context, name: PermissionName): Promise<Permission | undefined>;
  /** Who asks, and what they may do. */
  of(context: Context): Promise<Decider>;
}

const CODES: Readonly<Record<number, string>> = { 401: "UNAUTHENTICATED", 403: "FORBIDDEN" };

/** The error that a client of the server is told. */
export function refused(error: unknown): GraphQLError {
  const { status, body } = refusal(error);
  const permission = error instanceof ForbiddenError ? { permission: error.permission, reason: error.reason } : {};
  return new GraphQLError(body.title, { extensions: { code: CODES[status] ?? "UNAVAILABLE", ...permission } });
}

/** Guards for resolvers. `identify` runs once for each context, which servers make for each request. */
export function graphqlGuards<Context extends object>(identify: Identify<Context>): GraphQLGuards<Context> {
  const deciders = new Deciders<Context>(identify);
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw refused(error);
    }
  };
  return {
    hasPermission(name, wants) {
      return (resolver) => async (source, args, context, info) => {
        await told(async () => deciders.demand(context, name, await wantedOf(wants, source, args, context)));
        return resolver(source, args, context, info);
      };
    },
    guardSchema: (schema, options = {}) =>
      guardSchema<Context>(schema, (context, name, onSome) => deciders.demand(context, name, undefined, onSome), options, refused),
    getIdentity: (context) => told(() => deciders.identity(context)),
    getPermissions: (context, name) => told(() => deciders.permissions(context, name)),
    getPermission: async (context, name) => (await told(() => deciders.permissions(context, name)))[0],
    of: (context) => deciders.of(context),
  };
}
