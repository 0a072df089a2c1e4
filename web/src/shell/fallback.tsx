import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Button, LinkButton } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-notice";
import { Page } from "../ui/page";

/** Where there is no page. */
export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <EmptyState actions={<LinkButton to="/">Go to Home</LinkButton>} icon="search" title="There is no page at this address">
        It may have moved, or what it showed was deleted. Search for it with the palette.
      </EmptyState>
    </Page>
  );
}

/** Where a page fails. The rest of the console goes on. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  // A new release took the place of the files that this page was made of.
  const isOutdated = /dynamically imported module|Importing a module script/.test(error instanceof Error ? error.message : "");
  return (
    <Page title={isOutdated ? "A new version is here" : "This page failed"}>
      {isOutdated ? (
        <EmptyState actions={<Button kind="primary" onPress={() => location.reload()}>Load the new version</Button>} icon="refresh" title="The console was updated">
          What this page needs is of the earlier version.
        </EmptyState>
      ) : (
        <ErrorState
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      )}
    </Page>
  );
}
