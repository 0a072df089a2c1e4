import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./error";
import { isHeld } from "./held";
import { ME } from "./me";
import { goAndSignIn } from "./signing-in";

/** What was read, for as long as the page is open. Nothing of it is kept in the browser. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => signedOut(error, query.queryKey[0] === ME[0]) }),
  mutationCache: new MutationCache(),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => error instanceof ApiError && (error.status === 0 || error.status === 503) && count < 2,
    },
    // What was sent or came may be a secret: it goes with whatever asked for it.
    mutations: { retry: false, gcTime: 0 },
  },
});

/**
 * A session that ended while somebody reads leads to signing in, and back to the same page. Where a dialog is open, or something was
 * typed, that stays: the shell says that the session ended once it knows.
 */
function signedOut(error: unknown, isMe: boolean): void {
  if (!(error instanceof ApiError) || !error.wantsSignIn || error.wantsRecentSignIn) return;
  if (!isHeld()) goAndSignIn();
  else if (!isMe) void queryClient.invalidateQueries({ queryKey: ME });
}

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
  }
}
