import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/users", component: lazyRouteComponent(() => import("./list"), "UserListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/users/$id", component: lazyRouteComponent(() => import("./detail"), "UserPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Users", to: "/users", icon: "user", permission: "casemate.user.list", order: 10, words: "people logins" }];

export const finders: Finder[] = [
  {
    title: "Users",
    icon: "user",
    permission: "casemate.user.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/users/search", { body: { search, limit: 5, sort: "login" }, signal }));
      return items.map((user) => ({ title: user.login, to: `/users/${user.id}`, ...(user.display_name ? { help: user.display_name } : {}) }));
    },
  },
];
