import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { areas } from "./routes";
import { CrashPage } from "./shell/fallback";
import { rootRoute } from "./shell/root";

const own = [
  createRoute({ getParentRoute: () => rootRoute, path: "/signed-in", component: lazyRouteComponent(() => import("./shell/signed-in"), "SignedInPage") }),
  ...(import.meta.env.DEV ? [createRoute({ getParentRoute: () => rootRoute, path: "/kit", component: lazyRouteComponent(() => import("./kit/kit"), "KitPage") })] : []),
];

export const router = createRouter({
  routeTree: rootRoute.addChildren([...areas.flatMap((area) => area.routes), ...own]),
  basepath: "/console",
  context: { nav: areas.flatMap((area) => area.nav), finders: areas.flatMap((area) => area.finders ?? []) },
  defaultPreload: "intent",
  defaultErrorComponent: CrashPage,
  // What a page was told stands in the fragment, which is no place on it.
  defaultHashScrollIntoView: false,
  // The tenant alone stands in the query, as it is written.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === "string")).toString();
    return text === "" ? "" : `?${text}`;
  },
});
