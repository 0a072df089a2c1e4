import { buildSubgraphSchema } from "@apollo/subgraph";
import { composeServices } from "@theguild/federation-composition";
import { buildSchema, graphql, GraphQLObjectType, GraphQLSchema, GraphQLString, parse, printSchema, subscribe } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { Engine, type PermissionSet } from "../src/index.js";
import { federatedPermissionDirectives, graphqlGuards, local, permissionDirectives, undeclaredFields } from "../src/graphql.js";

const SCHEMA = `
format = 1
[application]
id = "cms"
namespaces = ["cms"]
[attributes]
author = { type = "string" }
[[permission]]
name = "cms.*"
properties.own = { type = "bool", when = "value == false || resource.author == identity.id" }
`;

const PAGES = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective"])
  ${federatedPermissionDirectives}
  type Query {
    pages: [Page!]! @requiresPermission(name: "cms.page.list")
    drafts: [Page!]! @requiresPermission(name: ["cms.page.list", "cms.page.draft"])
    mine: String @requiresPermission(name: "cms.page.read", onSome: true)
    health: String @public(reason: "for the load balancer")
    forgotten: String
  }
  type Page @key(fields: "id") @requiresPermission(name: "cms.page.read") {
    id: ID!
    title: String
    secret: String @requiresPermission(name: "cms.page.secret") @public(reason: "lifts nothing")
  }
  extend type Page {
    views: Int
  }
  interface Node @requiresPermission(name: "cms.node") {
    node: String @requiresPermission(name: "cms.node.name")
  }
  type Leaf implements Node @public(reason: "lifts nothing either") {
    node: String
    leaf: String
  }
  extend type Query {
    leaf: Leaf @public(reason: "its type says it")
  }
`;

interface Context {
  who: string;
  permissions: PermissionSet;
}

const identify = ({ who, permissions }: Context) => local(who === "anonymous" ? { type: who } : { type: "user", id: who }, permissions);

let compile: (...names: (string | object)[]) => PermissionSet;
beforeAll(async () => {
  const catalog = (await Engine.load()).catalog([SCHEMA]);
  compile = (...names) => catalog.compile(names.map((one) => (typeof one === "string" ? { name: one } : (one as { name: string }))));
});

const page = { id: "7", title: "Welcome", secret: "hush", views: 3, __typename: "Page" };

let resolved = 0;

function subgraph(options = {}) {
  const resolvers = {
    Query: {
      pages: () => [page],
      drafts: () => [page],
      mine: () => "mine",
      health: () => "good",
      forgotten: () => "forgotten",
      leaf: () => ({ node: "n", leaf: "l" }),
    },
    Page: { __resolveReference: () => ((resolved += 1), page) },
  };
  return graphqlGuards<Context>(identify).guardSchema(buildSubgraphSchema([{ typeDefs: parse(PAGES), resolvers }]), options);
}

async function ask(schema: GraphQLSchema, source: string, context: Context) {
  const { data, errors } = await graphql({ schema, source, contextValue: context });
  return { data: data && (JSON.parse(JSON.stringify(data)) as unknown), codes: (errors ?? []).map(({ extensions }) => extensions["code"]) };
}

describe("a subgraph with directives", () => {
  it("resolves fields only for whom holds what they and their types need", async () => {
    const schema = subgraph();
    const ada = (...names: (string | object)[]) => ({ who: "ada", permissions: compile(...names) });
    expect(await ask(schema, "{ pages { id title } }", ada("cms.page.{list,read}"))).toEqual({ data: { pages: [{ id: "7", title: "Welcome" }] }, codes: [] });
    expect(await ask(schema, "{ pages { views } }", ada("cms.page.list"))).toEqual({ data: { pages: [{ views: null }] }, codes: ["FORBIDDEN"] });
    expect(await ask(schema, "{ pages { title secret } }", ada("cms.page.{list,read}"))).toMatchObject({ data: { pages: [{ title: "Welcome", secret: null }] } });
    expect(await ask(schema, "{ drafts { id } }", ada("cms.page.{list,read}"))).toEqual({ data: null, codes: ["FORBIDDEN"] });
    expect(await ask(schema, "{ drafts { id } }", ada("cms.page.*"))).toMatchObject({ codes: [] });
    expect(await ask(schema, "{ mine health forgotten }", ada({ name: "cms.page.read", own: true }))).toEqual({
      data: { mine: "mine", health: "good", forgotten: "forgotten" }, codes: [],
    });
    expect((await ask(schema, "{ mine }", ada())).codes).toEqual(["FORBIDDEN"]);
    expect((await ask(schema, "{ pages { id } }", ada({ name: "cms.page.list", own: true }))).codes).toEqual(["FORBIDDEN"]);
    expect((await ask(schema, "{ pages { id } }", { who: "anonymous", permissions: compile() })).codes).toEqual(["UNAUTHENTICATED"]);
    expect(await ask(schema, "{ leaf { node leaf } }", ada("cms.node"))).toMatchObject({ data: { leaf: { node: null, leaf: "l" } } });
    expect((await ask(schema, "{ leaf { leaf } }", ada())).codes).toEqual(["FORBIDDEN"]);
  });

  it("guards what a gateway asks for as entities, and tells it the directives", async () => {
    const schema = subgraph({ denyByDefault: true });
    const entities = '{ _entities(representations: [{ __typename: "Page", id: "7" }]) { ... on Page { title } } }';
    const typename = entities.replace("... on Page { title }", "__typename");
    expect(await ask(schema, typename, { who: "anonymous", permissions: compile() })).toEqual({ data: null, codes: ["UNAUTHENTICATED"] });
    expect(await ask(schema, entities, { who: "ada", permissions: compile() })).toEqual({ data: null, codes: ["FORBIDDEN"] });
    expect(resolved).toBe(0);
    expect(await ask(schema, entities, { who: "ada", permissions: compile("cms.page.read") })).toEqual({ data: { _entities: [{ title: "Welcome" }] }, codes: [] });
    const told = await ask(schema, "{ _service { sdl } }", { who: "anonymous", permissions: compile() });
    expect(JSON.stringify(told)).toContain('@requiresPermission(name: \\"cms.page.list\\")');
  });

  it("keeps the directives in the supergraph", () => {
    const { supergraphSdl, errors } = composeServices([{ name: "pages", typeDefs: parse(PAGES), url: "http://pages.invalid" }]);
    expect(errors ?? []).toEqual([]);
    expect(supergraphSdl).toContain("directive @requiresPermission(name: [String!]!, onSome: Boolean! = false)");
    expect(supergraphSdl).toMatch(/pages: \[Page!\]! @requiresPermission\(name: "cms.page.list"\)/);
    expect(supergraphSdl).toMatch(/type Page[^{]*@requiresPermission\(name: "cms.page.read"\)/);
    expect(supergraphSdl).toContain('@public(reason: "for the load balancer")');
  });

  it("refuses what says nothing, where that is wanted", async () => {
    const schema = subgraph({ denyByDefault: true });
    const all = { who: "ada", permissions: compile("*") };
    expect(await ask(schema, "{ forgotten health __typename pages { id } }", all)).toEqual({
      data: { forgotten: null, health: "good", __typename: "Query", pages: [{ id: "7" }] },
      codes: ["FORBIDDEN"],
    });
    expect(undeclaredFields(schema)).toEqual(["Query.forgotten"]);
  });
});

describe("any schema", () => {
  it("needs the directives, under their names, with permissions in them, and is guarded once", () => {
    const { guardSchema } = graphqlGuards<Context>(identify);
    expect(() => guardSchema(buildSchema("type Query { a: String }"))).toThrow(/does not define @requiresPermission/);
    const empty = buildSchema(`${permissionDirectives} type Query { a: String @requiresPermission(name: []) }`);
    expect(() => guardSchema(empty)).toThrow(/Query.a names no permission/);
    const good = guardSchema(buildSchema(`${permissionDirectives} type Query { a: String }`));
    expect(() => guardSchema(good)).toThrow(/already/);
    expect(printSchema(good)).toContain("@public(reason: String!)");
  });

  it("may be made by code", async () => {
    const defined = buildSchema(`${permissionDirectives} type Query { a: String }`);
    const extensions = { directives: { requiresPermission: { name: ["cms.page.list"] } } };
    const query = new GraphQLObjectType({ name: "Query", fields: { a: { type: GraphQLString, resolve: () => "a", extensions } } });
    const schema = graphqlGuards<Context>(identify).guardSchema(new GraphQLSchema({ query, directives: defined.getDirectives() }));
    expect((await ask(schema, "{ a }", { who: "ada", permissions: compile() })).codes).toEqual(["FORBIDDEN"]);
    expect(await ask(schema, "{ a }", { who: "ada", permissions: compile("cms.*") })).toEqual({ data: { a: "a" }, codes: [] });
  });

  it("begins no subscription for whom may not", async () => {
    let begun = 0;
    const schema = buildSchema(`${permissionDirectives} type Query { a: String }
      type Subscription { published: String @requiresPermission(name: "cms.page.list") }`);
    const published = schema.getSubscriptionType()?.getFields()["published"];
    if (!published) throw new Error("there is the field");
    published.subscribe = async function* () {
      begun += 1;
      yield await Promise.resolve({ published: "7" });
    };
    graphqlGuards<Context>(identify).guardSchema(schema);
    const document = parse("subscription { published }");
    const refused = await subscribe({ schema, document, contextValue: { who: "ada", permissions: compile() } });
    expect(refused).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
    expect(begun).toBe(0);
    const events = await subscribe({ schema, document, contextValue: { who: "ada", permissions: compile("cms.*") } });
    if (!(Symbol.asyncIterator in events)) throw new Error("it begins");
    expect(await events.next()).toMatchObject({ value: { data: { published: "7" } } });
  });
});
