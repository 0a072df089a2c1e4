import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/teams", component: lazyRouteComponent(() => import("./list"), "TeamListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/teams/$id", component: lazyRouteComponent(() => import("./detail"), "TeamPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Teams", to: "/teams", icon: "users", permission: "casemate.team.list", order: 40, words: "roles bundles" }];

export const finders: Finder[] = [
  {
    title: "Teams",
    icon: "users",
    permission: "casemate.team.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/teams/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((team) => ({ title: team.name, to: `/teams/${team.id}`, ...(team.document.title ? { help: team.document.title } : {}) }));
    },
  },
];
