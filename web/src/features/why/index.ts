import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/why", component: lazyRouteComponent(() => import("./page"), "WhyPage") })] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Why?", to: "/why", icon: "info", permission: "casemate.decision.ask", order: 80, words: "explain decision denied allowed check" }];
