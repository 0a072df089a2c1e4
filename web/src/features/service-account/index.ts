import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/service-accounts", component: lazyRouteComponent(() => import("./list"), "ServiceAccountListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/service-accounts/$id", component: lazyRouteComponent(() => import("./detail"), "ServiceAccountPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Service accounts", to: "/service-accounts", icon: "robot", permission: "casemate.service-account.list", order: 60, words: "programs machines api keys" }];

export const finders: Finder[] = [
  {
    title: "Service accounts",
    icon: "robot",
    permission: "casemate.service-account.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/service-accounts/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((account) => ({ title: account.name, to: `/service-accounts/${account.id}`, ...(account.document.title ? { help: account.document.title } : {}) }));
    },
  },
];
