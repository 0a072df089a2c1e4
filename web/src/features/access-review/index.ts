import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { NavEntry } from "../../shell/area";
import { rootRoute } from "../../shell/root";

export const routes = [
  createRoute({ getParentRoute: () => rootRoute, path: "/access-review", component: lazyRouteComponent(() => import("./page"), "AccessReviewPage") }),
  createRoute({ getParentRoute: () => rootRoute, path: "/access-review/record", component: lazyRouteComponent(() => import("./record"), "ReviewRecordPage") }),
] as const;

export const nav: NavEntry[] = [{ section: "access", title: "Access review", to: "/access-review", icon: "eye", permission: "casemate.access-review.list", order: 90, words: "certify recertification revoke attestation unused" }];
