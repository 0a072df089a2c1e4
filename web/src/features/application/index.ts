import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/applications", component: lazyRouteComponent(() => import("./list"), "ApplicationListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/applications/$id", component: lazyRouteComponent(() => import("./detail"), "ApplicationPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Applications", to: "/applications", icon: "application", permission: "casemate.application.list", order: 0, words: "schemas namespaces permissions" }];

export const finders: Finder[] = [
  {
    title: "Applications",
    icon: "application",
    permission: "casemate.application.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/applications/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((application) => ({ title: application.name, to: `/applications/${application.id}` }));
    },
  },
];
