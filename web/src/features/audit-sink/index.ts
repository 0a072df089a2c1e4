import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/audit-sinks", component: lazyRouteComponent(() => import("./list"), "AuditSinkListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/audit-sinks/$id", component: lazyRouteComponent(() => import("./detail"), "AuditSinkPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Audit sinks", to: "/audit-sinks", icon: "send", permission: "casemate.audit-sink.list", order: 40, words: "siem syslog webhook nats export stream" }];

export const finders: Finder[] = [
  {
    title: "Audit sinks",
    icon: "send",
    permission: "casemate.audit-sink.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/audit-sinks/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map(({ id, name, document }) => ({ title: name, to: `/audit-sinks/${id}`, ...(document.title ? { help: document.title } : {}) }));
    },
  },
];
