import { createRootRouteWithContext, useParams } from "@tanstack/react-router";
import type { Areas } from "./area";
import { CrashPage, NotFoundPage } from "./fallback";
import { Shell } from "./shell";

/** The parent of every page: `createRoute({ getParentRoute: () => rootRoute, path: "/users", … })`. */
export const rootRoute = createRootRouteWithContext<Areas>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

/** A parameter of the page's path: `useParam("id")` of "/users/$id". */
export function useParam(name: string): string {
  const all: Record<string, string> = useParams({ strict: false });
  return all[name] ?? "";
}
