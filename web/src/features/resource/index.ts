import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";
import { pathOf } from "./path";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/resources", component: lazyRouteComponent(() => import("./list"), "ResourceListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/resources/$application/$type/$id", component: lazyRouteComponent(() => import("./detail"), "ResourcePage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Resources", to: "/resources", icon: "file", permission: "casemate.resource.list", order: 70, words: "registered objects attributes" }];

export const finders: Finder[] = [
  {
    title: "Resources",
    icon: "file",
    permission: "casemate.resource.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/resources/search", { body: { search, limit: 5 }, signal }));
      return items.map((resource) => ({ title: resource.id, to: pathOf(resource), help: `${resource.type} of ${resource.application}` }));
    },
  },
];
