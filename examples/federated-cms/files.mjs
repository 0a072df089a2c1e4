// The subgraph of files, in Node.
import { createServer } from "node:http";
import { Credential, Remote } from "@casemate/sdk";
import { federatedPermissionDirectives, graphqlGuards, permissionDirectives, refused } from "@casemate/sdk/graphql";
import { GraphQLError } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";

/** Asks Casemate who calls, and is told by it what changes. */
const permissions = await Remote.connect({
  url: process.env.CASEMATE_URL,
  credential: process.env.CASEMATE_KEY,
  onFailure: ({ message }) => console.warn(message),
});

const files = new Map(
  [
    { id: "f1", name: "lighthouse.jpg", createdBy: "ada" },
    { id: "f2", name: "sea.jpg", createdBy: "bob" },
  ].map((file) => [file.id, file]),
);

/** A file, as permissions are asked about it. */
const resource = ({ id, createdBy }) => ({ type: "file", id, properties: { createdBy } });

const guards = graphqlGuards(({ request }) => permissions.identify(Credential.of(request)));

/** Those of the files that the caller may read. */
async function readable(context) {
  const caller = await guards.of(context).catch((error) => {
    throw refused(error);
  });
  return [...files.values()].filter((file) => caller.can({ action: { name: "cms.file.read" }, resource: resource(file) }));
}

const typeDefs = /* GraphQL */ `
  type File @key(fields: "id") @requiresPermission(name: ["cms.file.read"], onSome: true) {
    id: ID!
    name: String
    createdBy: String
  }
  type Query {
    files: [File!]! @requiresPermission(name: ["cms.file.read"], onSome: true)
  }
  type Mutation {
    deleteFile(id: ID!): ID @requiresPermission(name: ["cms.file.delete"], onSome: true)
  }
`;

// What makes a subgraph of a schema: it says what it declares, and resolves what others refer to.
const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective"])
  ${federatedPermissionDirectives}
  ${typeDefs}`;
const federation = /* GraphQL */ `
  directive @key(fields: String!) repeatable on OBJECT
  scalar _Any
  union _Entity = File
  type _Service {
    sdl: String!
  }
  extend type Query {
    _service: _Service!
    _entities(representations: [_Any!]!): [_Entity]!
  }
`;

const resolvers = {
  Query: {
    files: (_source, _arguments, context) => readable(context),
    _service: () => ({ sdl }),
    async _entities(_source, { representations }, context) {
      const some = await readable(context);
      return representations.map(({ id }) => some.find((file) => file.id === id) ?? null);
    },
  },
  _Entity: { __resolveType: () => "File" },
  Mutation: {
    deleteFile: guards.hasPermission("cms.file.delete", (_source, { id }) => {
      const file = files.get(id);
      if (!file) throw new GraphQLError("There is no such file", { extensions: { code: "NOT_FOUND" } });
      return { resource: resource(file) };
    })(async (_source, { id }, context) => {
      // Beside Casemate's own events, and before it is done: what cannot be recorded does not happen. By their token, the provider
      // vouches for who did it.
      const subject = { token: Credential.of(context.request).token };
      await permissions.audit.record({ action: "cms.file.delete", outcome: "success", subject, resource: { type: "file", id } });
      files.delete(id);
      return id;
    }),
  },
};

const schema = createSchema({ typeDefs: [typeDefs, permissionDirectives, federation], resolvers });
// What a field needs stands in the schema; one of which nothing is said is refused.
guards.guardSchema(schema, { denyByDefault: true });
const yoga = createYoga({ schema, landingPage: false, logging: "warn" });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/graphql` }));
});
