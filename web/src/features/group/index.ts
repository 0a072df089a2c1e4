import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/groups", component: lazyRouteComponent(() => import("./list"), "GroupListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/groups/$id", component: lazyRouteComponent(() => import("./detail"), "GroupPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Groups", to: "/groups", icon: "group", permission: "casemate.group.list", order: 20, words: "members directory" }];

export const finders: Finder[] = [
  {
    title: "Groups",
    icon: "group",
    permission: "casemate.group.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/groups/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((group) => ({ title: group.name, to: `/groups/${group.id}`, ...(group.provider === "casemate" ? {} : { help: group.provider }) }));
    },
  },
];
