import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [createRoute({ getParentRoute: () => rootRoute, path: "/settings", component: lazyRouteComponent(() => import("./list"), "SettingsPage") })] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Settings", to: "/settings", icon: "sliders", permission: "casemate.setting.list", order: 80, words: "log levels lifetime decisions recorded sample" }];
