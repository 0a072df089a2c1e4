import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/detections", component: lazyRouteComponent(() => import("./list"), "DetectionListPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/detections/new", component: lazyRouteComponent(() => import("./edit"), "NewDetectionPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/detections/$id", component: lazyRouteComponent(() => import("./edit"), "DetectionPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "settings", title: "Detections", to: "/detections", icon: "eye", permission: "casemate.detection.list", order: 50, words: "sigma rules alerts pack" }];
