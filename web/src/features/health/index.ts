import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/health", component: lazyRouteComponent(() => import("./health"), "HealthPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/about", component: lazyRouteComponent(() => import("./about"), "AboutPage") }),
] as const;

export const nav: NavEntry[] = [
  { section: "settings", title: "Health", to: "/health", icon: "activity", permission: "casemate.health.read", order: 90, words: "ready status database certificate replicas lag" },
  { section: "settings", title: "About", to: "/about", icon: "info", order: 99, words: "version licence documentation" },
];
