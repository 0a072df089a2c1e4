import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { api, got } from "../../api";
import type { Finder, NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/tenants", component: lazyRouteComponent(() => import("./list"), "TenantListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/tenants/$id", component: lazyRouteComponent(() => import("./detail"), "TenantPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Tenants", to: "/tenants", icon: "building", permission: "casemate.tenant.list", order: 80, words: "organizations customers administrators" }];

export const finders: Finder[] = [
  {
    title: "Tenants",
    icon: "building",
    permission: "casemate.tenant.list",
    find: async (search, signal) => {
      const { items } = got(await api.POST("/api/v1/tenants/search", { body: { search, limit: 5, sort: "name" }, signal }));
      return items.map((tenant) => ({ title: tenant.name, to: `/tenants/${tenant.id}`, ...(tenant.document.title ? { help: tenant.document.title } : {}) }));
    },
  },
];
