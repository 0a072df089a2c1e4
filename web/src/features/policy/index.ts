import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/policy", component: lazyRouteComponent(() => import("./list"), "PolicyPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/policy/diff", component: lazyRouteComponent(() => import("./compare"), "PolicyComparePage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/policy/$revision", component: lazyRouteComponent(() => import("./version"), "PolicyVersionPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Policy", to: "/policy", icon: "history", permission: "casemate.policy.list", order: 60, words: "versions revisions configuration revert set back diff" }];
