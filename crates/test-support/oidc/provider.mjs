// An OpenID provider on loopback for one test. Version 8 of oidc-provider is the last that runs on Debian 12's Node.js.
//
// Prints {"port": …, "admin": …} on one line when it is ready. On the admin port, POST /rotate replaces the signing keys at
// once, POST /rotate-keeping still publishes the old ones beside the new, POST /down has every connection to the provider
// cut, POST /up ends that, GET /requests counts the requests by path, and POST /client sets the addresses of the client
// `casemate`, with which people sign in: whoever they say they are, with any password.
import http from "node:http";
import { promisify } from "node:util";
import { generateKeyPair, randomUUID } from "node:crypto";
import Provider from "oidc-provider";

const generate = promisify(generateKeyPair);
const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

async function newKeys() {
  const kinds = [
    ["RS256", "rsa", { modulusLength: 2048 }],
    ["ES256", "ec", { namedCurve: "P-256" }],
    ["EdDSA", "ed25519", {}],
  ];
  return Promise.all(
    kinds.map(async ([alg, type, options]) => {
      const { privateKey } = await generate(type, options);
      return { ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: `${alg}-${randomUUID()}` };
    }),
  );
}

// What people sign in with, once its addresses are known.
let client;

function newProvider(issuer, keys) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "robot",
        client_secret: "robot-secret",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: "asker",
        client_secret: "asker: 100% + secret/&=",
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
      ...(client ? [client] : []),
    ],
    jwks: { keys },
    // Several providers on one host share its cookies.
    cookies: {
      keys: ["test"],
      names: Object.fromEntries(["interaction", "resume", "session"].map((name) => [name, `_${name}_${new URL(issuer).port}`])),
    },
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, name: `${id} of ${new URL(issuer).port}`, groups: ["operators"] }),
    }),
    // Nobody is asked for consent.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: client !== undefined },
      backchannelLogout: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === "asker" },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // The resource's last segment chooses the algorithm of its tokens, or says that they are opaque.
        getResourceServerInfo: (_ctx, resource) => {
          const kind = resource.split(":").pop();
          const format = kind === "opaque" ? { accessTokenFormat: kind } : { accessTokenFormat: "jwt", jwt: { sign: { alg: kind } } };
          return { scope: "read", audience: "https://api.example", accessTokenTTL: 600, ...format };
        },
      },
    },
    extraTokenClaims: () => ({ team: "platform", groups: ["operators"], nested: { tenant: "acme" } }),
  });
  return provider.callback();
}

let down = false;
let handle;
const requests = {};
const server = http.createServer((request, response) => {
  const path = request.url.split("?")[0];
  requests[path] = (requests[path] ?? 0) + 1;
  handle(request, response);
});
const connections = new Set();
server.on("connection", (socket) => {
  if (down) {
    socket.destroy();
    return;
  }
  connections.add(socket);
  socket.on("close", () => connections.delete(socket));
});

const port = await listen(server);
const issuer = `http://127.0.0.1:${port}`;
let keys = await newKeys();
handle = newProvider(issuer, keys);

const actions = {
  "POST /rotate": async () => {
    keys = await newKeys();
    handle = newProvider(issuer, keys);
  },
  "POST /rotate-keeping": async () => {
    keys = [...(await newKeys()), ...keys];
    handle = newProvider(issuer, keys);
  },
  "POST /down": () => {
    down = true;
    for (const socket of connections) socket.destroy();
  },
  "POST /up": () => {
    down = false;
  },
  "GET /requests": () => requests,
  "POST /client": (body) => {
    client = {
      client_id: "casemate",
      client_secret: "casemate: 100% + secret/&=",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      backchannel_logout_session_required: true,
      ...JSON.parse(body),
    };
    handle = newProvider(issuer, keys);
  },
};
const admin = http.createServer(async (request, response) => {
  const action = actions[`${request.method} ${request.url}`];
  let body = "";
  for await (const chunk of request) body += chunk;
  const answer = action ? ((await action(body)) ?? {}) : undefined;
  response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ?? {}));
});
console.log(JSON.stringify({ port, admin: await listen(admin) }));
