import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/events", component: lazyRouteComponent(() => import("./list"), "EventListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/events/$id", component: lazyRouteComponent(() => import("./event"), "EventPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/timeline", component: lazyRouteComponent(() => import("./timeline"), "TimelinePage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/tail", component: lazyRouteComponent(() => import("./tail"), "TailPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/log", component: lazyRouteComponent(() => import("./log"), "AuditLogPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/strangers", component: lazyRouteComponent(() => import("./strangers"), "StrangersPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/holds", component: lazyRouteComponent(() => import("./holds"), "HoldListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit/erase", component: lazyRouteComponent(() => import("./erase"), "ErasePage") }),
] as const;

const MAY_LIST = "casemate.audit-event.list";

export const nav: NavEntry[] = [
  { section: "audit", title: "Events", to: "/audit/events", icon: "list", permission: MAY_LIST, order: 0, words: "audit trail log search history who did what" },
  { section: "audit", title: "Timeline", to: "/audit/timeline", icon: "history", permission: MAY_LIST, order: 10, words: "person resource history" },
  { section: "audit", title: "Live tail", to: "/audit/tail", icon: "activity", permission: MAY_LIST, order: 20, words: "stream follow watch" },
  { section: "audit", title: "Refused strangers", to: "/audit/strangers", icon: "ban", permission: MAY_LIST, order: 30, words: "anonymous denials attacks scanners" },
  { section: "audit", title: "Legal holds", to: "/audit/holds", icon: "lock", permission: "casemate.audit-hold.list", order: 40, words: "litigation retention" },
  { section: "audit", title: "Erase events", to: "/audit/erase", icon: "trash", permission: "casemate.audit-event.erase", order: 50, words: "gdpr erasure personal data right to be forgotten" },
  { section: "audit", title: "Log", to: "/audit/log", icon: "shield", permission: "casemate.audit-log.read", order: 70, words: "checkpoint key witness proof health size signature" },
];
