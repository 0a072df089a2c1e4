// Other systems that an installation talks to, on this machine: an OpenID provider that signs in whoever comes as Ada, and an
// endpoint that takes audit events and alerts. They live as long as the process.
import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Claims of whoever signs in at the provider. */
export const CLAIMS = { sub: "ada-0017", preferred_username: "ada@corp.example", name: "Ada Lovelace", email: "ada@corp.example", groups: ["staff"], department: "finance", level: 4 };

function signer(issuer) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" };
  const token = (claims, typ = "JWT") => {
    const now = Math.floor(Date.now() / 1000);
    const text = `${encoded({ alg: "RS256", kid: "1", typ })}.${encoded({ iss: issuer, iat: now, exp: now + 300, ...claims })}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
  };
  return { key, token };
}

/** Starts them on a free port. */
export async function startEndpoints() {
  const taken = [];
  const nonces = new Map();
  let issuer = "";
  let signs;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    const json = (value) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      if (url.pathname === "/.well-known/openid-configuration") {
        return json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
          authorization_response_iss_parameter_supported: true,
        });
      }
      if (url.pathname === "/keys") return json({ keys: [signs.key] });
      if (url.pathname === "/authorize") {
        const code = randomUUID();
        nonces.set(code, { nonce: url.searchParams.get("nonce"), client: url.searchParams.get("client_id") });
        const back = new URL(url.searchParams.get("redirect_uri"));
        back.searchParams.set("code", code);
        back.searchParams.set("state", url.searchParams.get("state") ?? "");
        back.searchParams.set("iss", issuer);
        return response.writeHead(303, { location: back.href }).end();
      }
      if (url.pathname === "/token") {
        const { nonce, client } = nonces.get(new URLSearchParams(body).get("code")) ?? {};
        const claims = { ...CLAIMS, aud: client, auth_time: Math.floor(Date.now() / 1000), amr: ["pwd"], ...(nonce ? { nonce } : {}) };
        return json({ access_token: randomUUID(), token_type: "Bearer", expires_in: 300, id_token: signs.token(claims) });
      }
      taken.push(url.pathname);
      return response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  issuer = `http://127.0.0.1:${server.address().port}`;
  signs = signer(issuer);
  return { url: issuer, taken };
}
