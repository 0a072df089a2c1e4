import type { Schema, Stored } from "../../api";

export type Entry = Schema<"ProviderEntry">;
export type Provider = Stored<Entry>;

/** A product or protocol that a provider can be: what its form begins with, and what has to be done there. */
export interface Product {
  id: string;
  title: string;
  help: string;
  group: "Products" | "Protocols";
  /** What a new one begins with. */
  begin: Entry;
  issuer?: string;
  /** What has to be done at the product; NAME is the provider's. */
  steps?: string[];
  /** What one should know before choosing it. */
  note?: string;
}

const callback = "Redirect URI: BASE/sign-in/NAME/callback.";
const openid = (preset: Schema<"Preset">, name: string): Entry => ({ name, preset, issuer: "", client_id: "", sign_in: {} });

export const PRODUCTS: readonly Product[] = [
  {
    id: "entra-id",
    title: "Microsoft Entra ID",
    help: "People by object id, groups by object id.",
    group: "Products",
    begin: openid("entra-id", "entra"),
    issuer: "https://login.microsoftonline.com/TENANT_ID/v2.0",
    steps: [`App registrations → New registration, this directory only, platform Web. ${callback}`, "Certificates & secrets → New client secret; note its value.", "Token configuration → Add groups claim → Groups assigned to the application."],
    note: "With “All groups”, people in more than 200 come without groups and are refused. There is no back-channel logout.",
  },
  {
    id: "okta",
    title: "Okta",
    help: "Asks for the scope groups.",
    group: "Products",
    begin: openid("okta", "okta"),
    issuer: "https://YOUR_ORG.okta.com",
    steps: [`Create App Integration → OIDC, Web Application, Authorization Code, PKCE required. ${callback} Sign-out: BASE/signed-out.`, "Sign On → OpenID Connect ID Token → Groups claim: filter, name groups."],
  },
  {
    id: "auth0",
    title: "Auth0",
    help: "Assign by id or group: it takes no login.",
    group: "Products",
    begin: { ...openid("auth0", "auth0"), claims: { groups: "https://casemate/groups" } },
    issuer: "https://YOUR_TENANT.eu.auth0.com/",
    steps: [`Create Application → Regular Web Application. ${callback} Logout URL: BASE/signed-out.`, "Tenant Settings → Advanced → RP-Initiated Logout End Session Endpoint Discovery: on.", "For groups, an Action after login sets the claim https://casemate/groups."],
    note: "The issuer ends with a slash.",
  },
  {
    id: "cognito",
    title: "Amazon Cognito",
    help: "Reads cognito:groups and cognito:username.",
    group: "Products",
    begin: openid("cognito", "cognito"),
    issuer: "https://cognito-idp.REGION.amazonaws.com/POOL_ID",
    steps: [`App clients → Create: Traditional web application, with a client secret. ${callback} Sign-out: BASE/signed-out.`, "Give the pool a domain."],
    note: "It has no back-channel logout, and cannot be told to let somebody sign in anew.",
  },
  {
    id: "google",
    title: "Google",
    help: "People by e-mail address, without groups.",
    group: "Products",
    begin: { ...openid("google", "google"), issuer: "https://accounts.google.com", sign_in: { require: { hd: "example.com" } } },
    issuer: "https://accounts.google.com",
    steps: [`Google Auth Platform → Clients → Create: Web application. ${callback}`, "For a Workspace, set the audience to Internal."],
    note: "Anybody can have a Google account: keep the required claim hd, with your own domain, so that only your Workspace gets in.",
  },
  {
    id: "keycloak",
    title: "Keycloak",
    help: "Groups by a mapper of the client.",
    group: "Products",
    begin: { ...openid("keycloak", "keycloak"), client_id: "casemate" },
    issuer: "https://KEYCLOAK/realms/REALM",
    steps: [
      `Create client casemate: client authentication on, standard flow alone. ${callback} Post logout: BASE/signed-out.`,
      "Logout: front channel off, back-channel URL BASE/sign-in/NAME/back-channel-logout, session required on.",
      "Client scopes → casemate-dedicated → Add mapper → Group Membership, claim groups, full path off, in the ID token.",
    ],
  },
  {
    id: "ory",
    title: "Ory",
    help: "Ory Network or Hydra.",
    group: "Products",
    begin: openid("ory", "ory"),
    issuer: "https://PROJECT.projects.oryapis.com",
    steps: [`OAuth 2 → Clients → Create, Server app. ${callback} Logout: BASE/signed-out and BASE/sign-in/NAME/back-channel-logout.`],
    note: "The issuer is to the letter what its discovery document says.",
  },
  {
    id: "github",
    title: "GitHub",
    help: "OAuth 2. People by GitHub's number, without groups.",
    group: "Products",
    begin: { name: "github", type: "github", client_id: "", sign_in: {} },
    steps: [`Organisation → Developer settings → OAuth Apps → New. ${callback}`, "Note the client id, and generate a client secret."],
    note: "A login can be given to somebody else: assign by id.",
  },
  { id: "generic", title: "OpenID Connect", help: "Any other issuer with a discovery document or a key set.", group: "Protocols", begin: { name: "", issuer: "" }, issuer: "https://login.example.com", steps: [`Register a confidential client for the code flow. ${callback} Post logout: BASE/signed-out.`] },
  { id: "introspection", title: "Token introspection", help: "Opaque tokens (RFC 7662): an endpoint is asked.", group: "Protocols", begin: { name: "", type: "introspection", endpoint: "" }, note: "A token that is revoked is accepted until the answer that is kept ends. With 0 seconds each request asks." },
  { id: "hook", title: "Authentication hook", help: "Any other credential: your own endpoint says whose it is.", group: "Protocols", begin: { name: "", type: "hook", endpoint: "" } },
];

/** Which of them something is. */
export function productOf(entry: Entry): Product {
  const id = entry.type === undefined || entry.type === "openid" ? (entry.preset ?? "generic") : entry.type;
  return PRODUCTS.find((product) => product.id === id) ?? (PRODUCTS.find((product) => product.id === "generic") as Product);
}

/** What is asked about credentials: the issuer, or an endpoint. */
export function addressOf(entry: Entry): string {
  return entry.issuer && entry.type !== "introspection" ? entry.issuer : (entry.endpoint ?? (entry.type === "github" ? "https://github.com" : ""));
}

/** Whether people sign in with it in a browser. */
export function signsIn(entry: Entry): boolean {
  return Boolean(entry.client_id) && (entry.type === undefined || entry.type === "openid" || entry.type === "github");
}
