import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/alerts", component: lazyRouteComponent(() => import("./list"), "AlertListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/alerts/$id", component: lazyRouteComponent(() => import("./detail"), "AlertPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "audit", title: "Alerts", to: "/alerts", icon: "bell", permission: "casemate.alert.list", order: 5, words: "detections findings incidents" }];
