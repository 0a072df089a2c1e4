import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/roles", component: lazyRouteComponent(() => import("./list"), "RoleListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/roles/new", component: lazyRouteComponent(() => import("./editor"), "NewRolePage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/roles/$id", component: lazyRouteComponent(() => import("./detail"), "RolePage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/roles/$id/edit", component: lazyRouteComponent(() => import("./editor"), "EditRolePage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Roles", to: "/roles", icon: "role", permission: "casemate.role.list", order: 30, words: "permissions policy" }];

export const finders: Finder[] = [
  {
    title: "Roles",
    icon: "role",
    permission: "casemate.role.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/roles/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((role) => ({ title: role.name, to: `/roles/${role.id}`, ...(role.document.title ? { help: role.document.title } : {}) }));
    },
  },
];
