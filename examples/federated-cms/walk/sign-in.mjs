// Signs somebody in at the provider as a browser does, by the authorization code flow with PKCE: `node walk/sign-in.mjs ISSUER NAME`
// prints an access token.
import { createHash, randomBytes } from "node:crypto";
import { AUDIENCE, CLIENT, REDIRECT } from "../provider.mjs";

/** Requests and redirects of one browser, with its cookies. */
class Browser {
  #cookies = new Map();

  async request(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, redirect: "manual", headers: { ...init.headers, cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split("=");
      this.#cookies.set(name, value);
    }
    await response.arrayBuffer();
    const location = response.headers.get("location");
    return location && new URL(location, url);
  }
}

/** An access token for somebody. */
export async function signIn(issuer, name) {
  const verifier = randomBytes(32).toString("base64url");
  const wanted = new URLSearchParams({
    client_id: CLIENT,
    response_type: "code",
    redirect_uri: REDIRECT,
    scope: "openid cms",
    resource: AUDIENCE,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const browser = new Browser();
  const form = { "content-type": "application/x-www-form-urlencoded" };
  let next = await browser.request(`${issuer}/auth?${wanted}`);
  next = await browser.request(next, {
    method: "POST",
    headers: form,
    body: new URLSearchParams({ prompt: "login", login: name, password: "any" }),
  });
  next = await browser.request(next);
  const code = next?.searchParams.get("code");
  if (!code) throw new Error(`${name} could not sign in: ${next}`);
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    code,
    code_verifier: verifier,
    resource: AUDIENCE,
  });
  const answer = await (await fetch(`${issuer}/token`, { method: "POST", headers: form, body })).json();
  if (!answer.access_token) throw new Error(`${name} was given no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [issuer, name] = process.argv.slice(2);
  if (!issuer || !name) {
    console.error("usage: node walk/sign-in.mjs ISSUER NAME");
    process.exit(2);
  }
  console.log(await signIn(issuer, name));
}
