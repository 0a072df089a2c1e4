import { useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, useSyncExternalStore } from "react";

type State = Record<string, string>;

/** The members of a fragment that are asked for: what it does not say is as it is in `defaults`. */
export function readFragment<S extends State>(hash: string, defaults: S): S {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, said.get(name) ?? value])) as S;
}

/** A fragment with some members changed. What is as in `defaults` is left out; what others keep there stays. */
export function writeFragment(hash: string, changes: State, defaults: State): string {
  const all = new URLSearchParams(hash.replace(/^#/, ""));
  for (const [name, value] of Object.entries(changes)) {
    if (value === (defaults[name] ?? "")) all.delete(name);
    else all.set(name, value);
  }
  return all.toString();
}

/**
 * What a page was told (search, filters, order), kept in the fragment of its address: it can be linked to and survives
 * reloading, and no server reads it. `defaults` are what counts where it says nothing; they must not change.
 */
export function useFragmentState<S extends State>(defaults: S): [S, (changes: Partial<S>) => void] {
  const { history } = useRouter();
  const subscribe = useCallback((changed: () => void) => history.subscribe(changed), [history]);
  const hash = useSyncExternalStore(subscribe, () => history.location.hash);
  const key = JSON.stringify(defaults);
  const state = useMemo(() => readFragment(hash, defaults), [hash, key]);
  const set = useCallback(
    (changes: Partial<S>) => {
      const { pathname, search, hash: now } = history.location;
      const text = writeFragment(now, changes as State, defaults);
      history.replace(pathname + search + (text === "" ? "" : `#${text}`));
    },
    [history, key],
  );
  return [state, set];
}
