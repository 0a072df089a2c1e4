import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/events", component: lazyRouteComponent(() => import("./list"), "EventListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/events/$id", component: lazyRouteComponent(() => import("./event"), "EventPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/timeline", component: lazyRouteComponent(() => import("./timeline"), "TimelinePage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/tail", component: lazyRouteComponent(() => import("./tail"), "TailPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/log", component: lazyRouteComponent(() => import("./log"), "AuditLogPage") }),
] as const;

const MAY_LIST = "casemate.audit-event.list";

export const nav: NavEntry[] = [
  { section: "audit", title: "Events", to: "/audit/events", icon: "list", permission: MAY_LIST, order: 0, words: "audit trail log search history who did what" },
  { section: "audit", title: "Timeline", to: "/audit/timeline", icon: "history", permission: MAY_LIST, order: 10, words: "person resource history" },
  { section: "audit", title: "Live tail", to: "/audit/tail", icon: "activity", permission: MAY_LIST, order: 20, words: "stream follow watch" },
  { section: "audit", title: "Log", to: "/audit/log", icon: "shield", permission: "casemate.audit-log.read", order: 70, words: "checkpoint key witness proof health size signature" },
];
