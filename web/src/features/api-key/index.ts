import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/api-keys", component: lazyRouteComponent(() => import("./list"), "ApiKeyListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/api-keys/$id", component: lazyRouteComponent(() => import("./detail"), "ApiKeyPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "API keys", to: "/api-keys", icon: "key", permission: "casemate.api-key.list", order: 65, words: "tokens credentials expiry rotate revoke" }];

export const finders: Finder[] = [
  {
    title: "API keys",
    icon: "key",
    permission: "casemate.api-key.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/api-keys/search", { body: { search, limit: 5, sort: "title" }, signal }));
      return items.map((key) => ({ title: key.title, to: `/api-keys/${key.id}`, help: key.id }));
    },
  },
];
