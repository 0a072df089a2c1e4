import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/assignments", component: lazyRouteComponent(() => import("./list"), "AssignmentListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/assignments/$id", component: lazyRouteComponent(() => import("./detail"), "AssignmentPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Assignments", to: "/assignments", icon: "link", permission: "casemate.assignment.list", order: 50, words: "grants who holds what roles expiry" }];
