import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type Decider, type Wanted, wantedAlone } from "./guard/decider.js";
import { parse, stringify } from "./json.js";
import type { Identity } from "./question.js";
import type { OwnPermissions } from "./remote/own.js";
import type { PermissionName } from "./vocabulary.js";

export { local, remote } from "./guard/decider.js";
export type { Decider, Wanted } from "./guard/decider.js";

interface Deciding {
  decider: Decider | undefined;
  /** How often it was asked for anew. */
  turn: number;
  refresh: () => void;
}

const Deciding = createContext<Deciding>({ decider: undefined, turn: 0, refresh: () => undefined });

/**
 * Below it, components know who is there and what they may do. Nobody may anything while there is no decider. It is asked
 * anew whenever somebody comes back to the page, and by `useRefresh`.
 */
export function PermissionProvider({ decider, children }: { decider: Decider | undefined; children?: ReactNode }) {
  const [turn, setTurn] = useState(0);
  const refresh = useCallback(() => {
    // One that learns something becomes another decider; one that fails is asked as it is.
    void decider?.refresh?.().catch(() => undefined);
    setTurn((before) => before + 1);
  }, [decider]);
  useEffect(() => {
    const shown = () => {
      if (document.visibilityState === "visible") refresh();
    };
    document.addEventListener("visibilitychange", shown);
    return () => document.removeEventListener("visibilitychange", shown);
  }, [refresh]);
  const deciding = useMemo(() => ({ decider, turn, refresh }), [decider, turn, refresh]);
  return <Deciding value={deciding}>{children}</Deciding>;
}

/** Asks anew what the page has asked: to be called after something was done that changes what may be done. */
export function useRefresh(): () => void {
  return useContext(Deciding).refresh;
}

/** What decides about whoever uses the page: hand it to `PermissionProvider`. Nothing where it is not known, and then nothing is allowed. */
export function useOwnPermissions(own: OwnPermissions | undefined): Decider | undefined {
  const subscribe = useCallback((changed: () => void) => own?.subscribe(changed) ?? (() => undefined), [own]);
  const current = () => own?.decider;
  return useSyncExternalStore(subscribe, current, current);
}

/** Who is there; nothing while that is not known. */
export function useIdentity(): Identity | undefined {
  return useContext(Deciding).decider?.identity;
}

/** What is known of a permission. Until it was decided, and where it cannot be, nothing is allowed. */
export interface PermissionState {
  allowed: boolean;
  loading: boolean;
  /** Why it could not be decided. */
  error?: unknown;
}

interface Settled extends PermissionState {
  /** What it is the answer to. */
  to: Decider;
  question: string;
}

/**
 * Whether whoever is there may do something. A page asks for what it shows; the server decides what happens. While it is
 * asked anew, what was answered before counts.
 */
export function usePermission(name: PermissionName, wanted?: Wanted): PermissionState {
  const { decider, turn } = useContext(Deciding);
  // Objects are new in each rendering, and mean the same.
  const question = stringify([name, wantedAlone(wanted ?? {})]);
  const [settled, setSettled] = useState<Settled>();
  useEffect(() => {
    if (!decider) return undefined;
    let isCurrent = true;
    const settle = (state: Omit<PermissionState, "loading">) => {
      if (isCurrent) setSettled({ ...state, loading: false, to: decider, question });
    };
    const [asked, of] = parse(question) as [PermissionName, Wanted];
    // Within a function of its own, so that whatever is thrown at once is no other failure.
    const decide = async () => decider.decide(asked, of);
    decide().then(
      ({ allowed }) => settle({ allowed: allowed === true }),
      (error: unknown) => settle({ allowed: false, error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [decider, question, turn]);
  // An answer to another question, or about somebody else, is none.
  if (!settled || settled.to !== decider || settled.question !== question) {
    return { allowed: false, loading: decider !== undefined };
  }
  const { allowed, loading, error } = settled;
  return error === undefined ? { allowed, loading } : { allowed, loading, error };
}

/** Shows its children to whom may do something, and `otherwise` to others. */
export function Allowed({
  permission,
  otherwise = null,
  children,
  resource,
  context,
}: Wanted & { permission: PermissionName; otherwise?: ReactNode; children?: ReactNode }) {
  const wanted = { ...(resource && { resource }), ...(context && { context }) };
  return <>{usePermission(permission, wanted).allowed ? children : otherwise}</>;
}
