import { type ReactNode, createContext, useContext, useEffect, useState } from "react";
import type { Decider, Wanted } from "./guard/decider.js";
import type { Identity } from "./question.js";
import type { PermissionName } from "./vocabulary.js";

export { local, remote } from "./guard/decider.js";
export type { Decider, Wanted } from "./guard/decider.js";

const Deciding = createContext<Decider | undefined>(undefined);

/** Below it, components know who is there and what they may do. Nobody may anything while there is no decider. */
export function PermissionProvider({ decider, children }: { decider: Decider | undefined; children?: ReactNode }) {
  return <Deciding value={decider}>{children}</Deciding>;
}

/** Who is there; nothing while that is not known. */
export function useIdentity(): Identity | undefined {
  return useContext(Deciding)?.identity;
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

/** Whether whoever is there may do something. A page asks for what it shows; the server decides what happens. */
export function usePermission(name: PermissionName, wanted?: Wanted): PermissionState {
  const decider = useContext(Deciding);
  // Objects are new in each rendering, and mean the same.
  const question = JSON.stringify([name, wanted ?? null]);
  const [settled, setSettled] = useState<Settled>();
  useEffect(() => {
    if (!decider) return undefined;
    let isCurrent = true;
    const settle = (state: Omit<PermissionState, "loading">) => {
      if (isCurrent) setSettled({ ...state, loading: false, to: decider, question });
    };
    const [asked, of] = JSON.parse(question) as [PermissionName, Wanted | null];
    // Within a function of its own, so that whatever is thrown at once is no other failure.
    const decide = async () => decider.decide(asked, of ?? undefined);
    decide().then(
      ({ allowed }) => settle({ allowed: allowed === true }),
      (error: unknown) => settle({ allowed: false, error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [decider, question]);
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
  ...wanted
}: Wanted & { permission: PermissionName; otherwise?: ReactNode; children?: ReactNode }) {
  return <>{usePermission(permission, wanted).allowed ? children : otherwise}</>;
}
