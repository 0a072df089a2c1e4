import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/sessions", component: lazyRouteComponent(() => import("./list"), "SessionListPage") })] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Sessions", to: "/sessions", icon: "session", permission: "casemate.session.list", order: 20, words: "signed in browsers sign out" }];
