import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/matrix", component: lazyRouteComponent(() => import("./page"), "MatrixPage") })] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Who can", to: "/matrix", icon: "list", permission: "casemate.decision.search", order: 85, words: "matrix subjects actions permissions who may" }];
