import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/alert-receivers", component: lazyRouteComponent(() => import("./list"), "AlertReceiverListPage") })] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Alert receivers", to: "/alert-receivers", icon: "bell", permission: "casemate.alert-receiver.list", order: 55, words: "webhook mail notify told" }];
