const KEPT = "fragment";
/** For how long signing in may take until the fragment counts no more, in milliseconds. */
const KEPT_FOR = 15 * 60_000;
const CHANNEL = "casemate-signed-in";
/** Where a second tab ends that signed in again, and tells the first. */
export const SIGNED_IN = "/console/signed-in";

/** To the server's page for signing in, and back to this one. The fragment stays in the tab: it may hold what was searched for. */
export function goAndSignIn(): void {
  const path = location.pathname + location.search;
  try {
    if (location.hash.length > 1) sessionStorage.setItem(KEPT, JSON.stringify({ path, hash: location.hash, at: Date.now() }));
  } catch {
    // A browser that keeps nothing for pages: the page is come back to without what was searched for.
  }
  location.assign(`/sign-in?return_to=${encodeURIComponent(path)}`);
}

/** Puts the fragment back that the page had before somebody signed in. */
export function restoreFragment(): void {
  let kept: { path: string; hash: string; at: number };
  try {
    const text = sessionStorage.getItem(KEPT);
    if (text === null) return;
    sessionStorage.removeItem(KEPT);
    kept = JSON.parse(text) as typeof kept;
  } catch {
    return;
  }
  const { path, hash, at } = kept;
  // Signing in was given up, and whoever is here now came by themselves.
  if (!(Date.now() - at < KEPT_FOR)) return;
  if (path === location.pathname + location.search && location.hash === "") history.replaceState(history.state, "", path + hash);
}

/** The address for signing in again in a tab of its own, so that what was typed here stays. `asker` is told to all tabs afterwards. */
export function signInAgain(signIn: string | undefined, asker: string): string {
  const url = new URL(signIn ?? "/sign-in", location.origin);
  url.searchParams.set("return_to", `${SIGNED_IN}?for=${asker}`);
  return url.pathname + url.search;
}

/** Tells the tabs that wait, and which of their notices asked for it. */
export function tellSignedIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(new URLSearchParams(location.search).get("for") ?? "");
  channel.close();
}

/** Has something done once another tab has signed in, with what asked for that; gives what stops it. */
export function onSignedIn(then: (asker: string) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event: MessageEvent<unknown>) => then(String(event.data)));
  return () => channel.close();
}

/** What says who somebody is. */
export interface Identity {
  type: string;
  provider: string;
  id?: string | undefined;
}

/** Whether two are known to be one and the same. */
export function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  return one?.id !== undefined && other !== undefined && one.id === other.id && one.provider === other.provider && one.type === other.type;
}
