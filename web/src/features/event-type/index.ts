import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/event-types", component: lazyRouteComponent(() => import("./types"), "EventTypeListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/event-ceilings", component: lazyRouteComponent(() => import("./ceilings"), "EventCeilingListPage") }),
] as const;

export const nav: NavEntry[] = [
  { section: "settings", title: "Event types", to: "/event-types", icon: "list", permission: "casemate.event-type.list", order: 70, words: "recorded schema applications" },
  { section: "settings", title: "Event ceilings", to: "/event-ceilings", icon: "shield", permission: "casemate.event-ceiling.list", order: 72, words: "quota limits recorded applications" },
];
