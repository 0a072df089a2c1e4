import { useEffect } from "react";
import { tellSignedIn } from "../api/signing-in";
import { EmptyState } from "../ui/empty-state";

/** Where a second tab comes to that signed in again: it tells the first one, and closes where browsers let it. */
export function SignedInPage() {
  useEffect(() => {
    document.title = "Signed in – Casemate";
    tellSignedIn();
    window.close();
  }, []);
  return (
    <main>
      <EmptyState icon="check" title="You are signed in">
        Close this tab, and go on in the other one.
      </EmptyState>
    </main>
  );
}
