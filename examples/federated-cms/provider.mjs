// The OpenID provider, in which people sign in by their name and any password: for this example alone.
import http from "node:http";
import { promisify } from "node:util";
import { generateKeyPair, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

/** Who there is, and in which groups. */
const PEOPLE = { ada: ["editors"], bob: ["editors"], lin: ["translators"] };
/** For whom its access tokens are. */
export const AUDIENCE = "https://cms.example";
export const CLIENT = "cms-app";
export const REDIRECT = "http://127.0.0.1/signed-in";

function provider(issuer, key) {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        grant_types: ["authorization_code"],
        response_types: ["code"],
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: "none",
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    findAccount: (_context, id) => (id in PEOPLE ? { accountId: id, claims: () => ({ sub: id }) } : undefined),
    // Nobody is asked for consent.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid");
      grant.addResourceScope(AUDIENCE, "cms");
      await grant.save();
      return grant;
    },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "cms",
          audience: AUDIENCE,
          accessTokenTTL: 3600,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => ({ preferred_username: token.accountId, groups: PEOPLE[token.accountId] }),
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: randomBytes(8).toString("hex") };
  let handle;
  const server = http.createServer((request, response) => handle(request, response));
  server.listen(0, "127.0.0.1", () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    handle = provider(url, key).callback();
    console.log(JSON.stringify({ url }));
  });
}
