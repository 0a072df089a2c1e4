import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  defaultFieldResolver,
  getArgumentValues,
  isInterfaceType,
  isObjectType,
} from "graphql";
import { ForbiddenError } from "../errors.js";
import type { PermissionName } from "../vocabulary.js";

/** The directive that says which permissions a field, or each field of a type, needs. */
export const REQUIRES_PERMISSION = "requiresPermission";
/** The directive that says why a field, or each field of a type, needs none. */
export const PUBLIC = "public";
/** By which name supergraphs tell these directives from others; no address. */
export const DIRECTIVES_URL = "https://specs.casemate.example/permissions/v1.0";

/** The definitions of the directives, for any schema. */
export const permissionDirectives = `"Needs all of these permissions. With \`onSome\`, that there may be a resource on which they hold: the resolver asks on which."
directive @${REQUIRES_PERMISSION}(name: [String!]!, onSome: Boolean! = false) on FIELD_DEFINITION | OBJECT | INTERFACE

"Needs no permission, for this reason."
directive @${PUBLIC}(reason: String!) on FIELD_DEFINITION | OBJECT | INTERFACE
`;

/** The same with what keeps them in a supergraph: for a subgraph of Apollo Federation 2.1 or later, which links \`@composeDirective\`. */
export const federatedPermissionDirectives = `${permissionDirectives}
extend schema
  @link(url: "${DIRECTIVES_URL}", import: ["@${REQUIRES_PERMISSION}", "@${PUBLIC}"])
  @composeDirective(name: "@${REQUIRES_PERMISSION}")
  @composeDirective(name: "@${PUBLIC}")
`;

/** How a schema is guarded. */
export interface GuardSchemaOptions {
  /** Refuses fields that neither they themselves nor their type say anything of. */
  denyByDefault?: boolean;
}

/** What a field asks for. */
interface Needs {
  permissions: readonly { name: PermissionName; onSome: boolean }[];
  isPublic: boolean;
}

/** Who goes on; throws where they may not. */
export type Demand<Context> = (context: Context, name: PermissionName, onSome: boolean) => Promise<void>;

const guarded = new WeakSet<GraphQLSchema>();

/**
 * Wraps the resolvers of a schema by its directives. The schema itself is changed, and returned. What a field, its type and the
 * interfaces that these implement ask for is asked for together: `@public` lifts no requirement.
 */
export function guardSchema<Context extends object>(
  schema: GraphQLSchema,
  demand: Demand<Context>,
  { denyByDefault = false }: GuardSchemaOptions,
  refused: (error: unknown) => Error,
): GraphQLSchema {
  if (guarded.has(schema)) throw new TypeError("the schema is guarded already");
  // Under another name, its uses would guard nothing.
  if (!schema.getDirective(REQUIRES_PERMISSION)) {
    throw new TypeError(`the schema does not define @${REQUIRES_PERMISSION}: add \`permissionDirectives\` to its type definitions`);
  }
  const wraps: (() => void)[] = [];
  for (const [type, field] of fields(schema)) {
    const needs = needsOf(schema, type, field);
    if (needs.permissions.length === 0 && (needs.isPublic || !denyByDefault)) continue;
    const check = checkOf(needs, demand, refused, `${type.name}.${field.name}`);
    wraps.push(() => wrap(field as GraphQLField<unknown, Context>, check));
  }
  for (const apply of wraps) apply();
  const entities = schema.getQueryType()?.getFields()["_entities"];
  if (entities) wrapEntities(schema, entities as GraphQLField<unknown, Context>, demand, denyByDefault, refused);
  guarded.add(schema);
  return schema;
}

/** The fields that say nothing, as `Type.field`: for a test that there is none. */
export function undeclaredFields(schema: GraphQLSchema): string[] {
  const undeclared = [...fields(schema)].filter(([type, field]) => {
    const needs = needsOf(schema, type, field);
    return needs.permissions.length === 0 && !needs.isPublic;
  });
  return undeclared.map(([type, field]) => `${type.name}.${field.name}`).sort();
}

/** Whatever is resolved, but for what a schema says of itself: introspection, and to its gateway. */
function* fields(schema: GraphQLSchema): Generator<[GraphQLObjectType, GraphQLField<unknown, unknown>]> {
  const query = schema.getQueryType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__") || type.name === "_Service") continue;
    for (const field of Object.values(type.getFields())) {
      // `_entities` is guarded by the types that are asked for.
      if (type === query && (field.name === "_service" || field.name === "_entities")) continue;
      yield [type, field];
    }
  }
}

function needsOf(schema: GraphQLSchema, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Needs {
  const of = type.getInterfaces().flatMap((one) => [one, one.getFields()[field.name]]);
  const elements = [field, type, ...of].filter((element) => element !== undefined);
  const permissions = elements.flatMap((element) => requirements(schema, element, `${type.name}.${field.name}`));
  const isPublic = [field, type].some((element) => uses(element, PUBLIC).length > 0 || told(element, PUBLIC) !== undefined);
  return { permissions, isPublic };
}

type Element = GraphQLField<unknown, unknown> | GraphQLObjectType | GraphQLInterfaceType;

function requirements(schema: GraphQLSchema, element: Element, where: string): Needs["permissions"] {
  const directive = schema.getDirective(REQUIRES_PERMISSION);
  const values: unknown[] = directive ? uses(element, REQUIRES_PERMISSION).map((use) => getArgumentValues(directive, use)) : [];
  const extension = told(element, REQUIRES_PERMISSION);
  if (extension !== undefined) values.push(extension);
  return values.flatMap((value) => {
    const { name, onSome } = value as { name?: unknown; onSome?: unknown };
    const names: unknown[] = Array.isArray(name) ? name : [name];
    if (names.length === 0 || names.some((one) => typeof one !== "string" || one === "")) {
      throw new TypeError(`@${REQUIRES_PERMISSION} of ${where} names no permission`);
    }
    return names.map((one) => ({ name: one as PermissionName, onSome: onSome === true }));
  });
}

/** Where it stands in the text of the schema, also where a type is extended. */
function uses(element: Element, name: string): readonly ConstDirectiveNode[] {
  const extensions = isObjectType(element) || isInterfaceType(element) ? element.extensionASTNodes : [];
  const nodes = [element.astNode, ...extensions].flatMap((node) => node?.directives ?? []);
  return nodes.filter((node) => node.name.value === name);
}

/** What a schema that is made by code says, where no text is: `extensions: { directives: { … } }`. */
function told(element: Element, name: string): unknown {
  const directives: unknown = element.extensions["directives"];
  if (element.astNode || typeof directives !== "object" || directives === null) return undefined;
  return (directives as Record<string, unknown>)[name];
}

type Check<Context> = (context: Context) => Promise<void>;

function checkOf<Context>(
  { permissions, isPublic }: Needs,
  demand: Demand<Context>,
  refused: (error: unknown) => Error,
  where: string,
): Check<Context> {
  return async (context) => {
    try {
      if (permissions.length === 0 && !isPublic) throw new ForbiddenError(where, "undeclared");
      for (const { name, onSome } of permissions) await demand(context, name, onSome);
    } catch (error) {
      throw refused(error);
    }
  };
}

function wrap<Context>(field: GraphQLField<unknown, Context>, check: Check<Context>): void {
  const guard =
    (resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> =>
    async (source, args, context, info) => {
      await check(context);
      return resolve(source, args as never, context, info) as unknown;
    };
  field.resolve = guard(field.resolve ?? defaultFieldResolver);
  if (field.subscribe) field.subscribe = guard(field.subscribe);
}

/**
 * Resolves references to entities only for whom holds what their types need: who asks for `__typename` alone reaches no field that is
 * guarded. All are asked for before any is resolved.
 */
function wrapEntities<Context>(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, Context>,
  demand: Demand<Context>,
  denyByDefault: boolean,
  refused: (error: unknown) => Error,
): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = async (source, args, context, info) => {
    const { representations } = args as { representations: readonly { __typename?: unknown }[] };
    const names = new Set(representations.map(({ __typename }) => String(__typename)));
    for (const check of [...names].flatMap((name) => entityChecks(schema, name, demand, denyByDefault, refused))) await check(context);
    return resolve(source, args as never, context, info) as unknown;
  };
}

/** What an entity's type needs, and the types that implement it, where it is an interface. */
function entityChecks<Context>(
  schema: GraphQLSchema,
  name: string,
  demand: Demand<Context>,
  denyByDefault: boolean,
  refused: (error: unknown) => Error,
): Check<Context>[] {
  const type = schema.getType(name);
  const types = isInterfaceType(type) ? [...schema.getPossibleTypes(type)] : isObjectType(type) ? [type] : [];
  return types.flatMap((one) => {
    const elements = [one, ...one.getInterfaces()];
    const permissions = elements.flatMap((element) => requirements(schema, element, one.name));
    // Where its fields say what they need, its type need not.
    const says = Object.values(one.getFields()).some((field) => {
      const needs = needsOf(schema, one, field);
      return needs.isPublic || needs.permissions.length > 0;
    });
    return permissions.length === 0 && (says || !denyByDefault) ? [] : [checkOf({ permissions, isPublic: false }, demand, refused, one.name)];
  });
}
