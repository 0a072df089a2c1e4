import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/blocks", component: lazyRouteComponent(() => import("./list"), "BlockListPage") })] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Blocks", to: "/blocks", icon: "ban", permission: "casemate.block.list", order: 30, words: "blocked networks locked accounts guessing lift" }];
