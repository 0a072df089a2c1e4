import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./error";
import { goAndSignIn } from "./signing-in";

/** What was read, for as long as the page is open. Nothing of it is kept in the browser. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signedOut }),
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
 * A session that ended while somebody reads leads to signing in, and back to the same page. Where a dialog is open, what was
 * typed there stays: it says what to do when it is sent.
 */
function signedOut(error: unknown): void {
  if (document.querySelector('[role="dialog"],[role="alertdialog"]')) return;
  if (error instanceof ApiError && error.wantsSignIn && !error.wantsRecentSignIn) goAndSignIn();
}

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
  }
}
