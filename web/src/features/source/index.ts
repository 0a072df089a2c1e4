import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/permission-sources", component: lazyRouteComponent(() => import("./list"), "SourceListPage") })] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Permission sources", to: "/permission-sources", icon: "source", permission: "casemate.source.list", order: 12, words: "claims endpoint http file ceiling forget" }];
