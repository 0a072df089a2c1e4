// The gateway: asks each subgraph for its schema, composes them, and passes who calls through to each.
//
// It decides nothing: a subgraph that is asked by another way answers the same.
import { createServer } from "node:http";
import { getStitchedSchemaFromSupergraphSdl } from "@graphql-tools/federation";
import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";
import { createYoga } from "graphql-yoga";

const subgraphs = JSON.parse(process.env.SUBGRAPHS ?? "{}");

async function describe([name, url]) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  const { data, errors } = await response.json();
  if (!data?._service?.sdl) throw new Error(`${name} does not say its schema: ${JSON.stringify(errors)}`);
  return { name, url, typeDefs: parse(data._service.sdl) };
}

const { supergraphSdl, errors } = composeServices(await Promise.all(Object.entries(subgraphs).map(describe)));
if (!supergraphSdl) throw new Error(`the schemas do not go together: ${errors.map(({ message }) => message).join("; ")}`);

const schema = getStitchedSchemaFromSupergraphSdl({
  supergraphSdl,
  httpExecutorOpts: {
    // The caller's own credential, and nothing of the gateway's.
    headers: (executed) => {
      const authorization = executed?.context?.request?.headers.get("authorization");
      return authorization ? { authorization } : {};
    },
    // Two callers who ask the same are answered each for themselves.
    deduplicateInflightRequests: false,
  },
});

const yoga = createYoga({ schema, landingPage: false, logging: "warn" });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/graphql` }));
});
