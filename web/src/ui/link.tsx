import { Link as RouterLink, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

/**
 * Leads to a page of the console: `<Link to="/users/usr_1">`, also with a fragment (`/users#active=false`). Where there is no
 * such page, its text stands there alone.
 */
export function Link({ to, children, className }: { to: string; children: ReactNode; className?: string | undefined }) {
  const router = useRouter();
  const [path = "", hash] = to.split("#", 2) as [string, string?];
  if (!isPage(router, path)) return <span className={className}>{children}</span>;
  return (
    <RouterLink className={className} hash={hash ?? ""} search={(before: object) => before} to={path}>
      {children}
    </RouterLink>
  );
}

/** Whether the console has a page at a path. */
export function isPage(router: ReturnType<typeof useRouter>, path: string): boolean {
  return router.getMatchedRoutes(path)[2] !== undefined;
}

/** Whether the console has a page where something would lead: what is not there is not offered. */
export function useIsPage(to: string): boolean {
  return isPage(useRouter(), to.split("#", 1)[0] ?? "");
}
