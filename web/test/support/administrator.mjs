// An administrator with an account of their own, as somebody becomes one with a browser, and the API as they see it.

export const ADMINISTRATOR = { login: "grace@example.com", name: "Grace Hopper", password: "correct-horse-battery-7" };

/** Becomes the administrator by the one-time key; gives the session's cookie. */
export async function becomeAdministrator({ url, key }) {
  const { login, name, password } = ADMINISTRATOR;
  const response = await fetch(`${url}/sign-in/casemate/first`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
    body: new URLSearchParams({ key, login, name, password, again: password }),
  });
  return cookieOf(response);
}

/** Signs somebody in with a password, by a browser that calls itself `agent`; gives the session's cookie. */
export async function signIn(url, login, password, agent = "node") {
  const response = await fetch(`${url}/sign-in/casemate`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url, "user-agent": agent },
    body: new URLSearchParams({ login, password, return_to: "/sign-in" }),
  });
  return cookieOf(response);
}

async function cookieOf(response) {
  const cookie = response.headers.getSetCookie().map((text) => /^__Host-casemate=([^;]+)/.exec(text)?.[1]).find(Boolean);
  if (!cookie) throw new Error(`nobody was signed in: ${response.status} ${(await response.text()).slice(0, 2000)}`);
  return cookie;
}

/**
 * Calls the API: with a session's cookie, or a credential. Whatever is no success is thrown.
 *
 * @param {string} url
 * @param {{ cookie?: string, credential?: string, tenant?: string }} as
 */
export function caller(url, { cookie, credential, tenant }) {
  /** @returns {Promise<any>} */
  const call = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body, /** @type {Record<string, string>} */ headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(cookie ? { cookie: `__Host-casemate=${cookie}`, origin: url } : {}),
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
        ...(tenant ? { "casemate-tenant": tenant } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    get: (/** @type {string} */ path) => call("GET", path),
    post: (/** @type {string} */ path, /** @type {unknown} */ body = {}, /** @type {Record<string, string>} */ headers = {}) => call("POST", path, body, headers),
    put: (/** @type {string} */ path, /** @type {unknown} */ body, /** @type {number} */ revision) => call("PUT", path, body, { "if-match": `"${revision}"` }),
    delete: (/** @type {string} */ path, /** @type {number | undefined} */ revision = undefined) => call("DELETE", path, undefined, revision === undefined ? {} : { "if-match": `"${revision}"` }),
  };
}
