import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/providers", component: lazyRouteComponent(() => import("./list"), "ProviderListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/providers/new", component: lazyRouteComponent(() => import("./create"), "NewProviderPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/providers/$id", component: lazyRouteComponent(() => import("./detail"), "ProviderPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/providers/$id/edit", component: lazyRouteComponent(() => import("./edit"), "EditProviderPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/who-am-i", component: lazyRouteComponent(() => import("./who-am-i"), "WhoAmIPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Providers", to: "/providers", icon: "link", permission: "casemate.provider.list", order: 10, words: "identity openid sso oauth ldap scim entra okta google github keycloak sign-in" }];

export const finders: Finder[] = [
  {
    title: "Providers",
    icon: "link",
    permission: "casemate.provider.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/providers/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map(({ id, name }) => ({ title: name, to: `/providers/${id}` }));
    },
  },
];
