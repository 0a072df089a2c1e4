import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/", component: lazyRouteComponent(() => import("./home"), "HomePage") })] as const;

export const nav: NavEntry[] = [{ section: "home", title: "Home", to: "/", icon: "home", order: 0, words: "overview dashboard" }];
