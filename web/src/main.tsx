// Before all others: what components say comes later, and counts.
import "./ui/tokens.css";
import "./ui/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { meQuery, permissionsQuery } from "./api/me";
import { queryClient } from "./api/query";
import { restoreFragment } from "./api/signing-in";
import { router } from "./router";

restoreFragment();
// While the page's own part is fetched.
void queryClient.prefetchQuery(meQuery);
if (!location.pathname.endsWith("/signed-in")) void queryClient.prefetchQuery(permissionsQuery());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
