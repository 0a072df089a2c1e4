import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api";
import { ErrorState, KeyValue, Page, Panel, SkeletonLines } from "../../ui";

interface Info {
  title: string;
  version: string;
  license?: { name: string };
}

/** Which version answers, under which licence, and where it is described. */
export function AboutPage() {
  const query = useQuery({ queryKey: ["/api/openapi.json", "info"], staleTime: Infinity, queryFn: async ({ signal }) => (got(await api.GET("/api/openapi.json", { signal })) as { info: Info }).info });
  return (
    <Page narrow title="About">
      <Panel title="Casemate">
        {query.error ? (
          <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <SkeletonLines lines={4} />
        ) : (
          <KeyValue
            entries={[
              ["Version", <code key="version">{query.data.version}</code>],
              ["Licence", query.data.license?.name],
              ["Address", <code key="address">{location.origin}</code>],
              ["OpenAPI document", <a href="/api/openapi.json" key="api">/api/openapi.json</a>],
              ["Readiness", <a href="/readyz?verbose" key="ready">/readyz?verbose</a>],
            ]}
          />
        )}
      </Panel>
      <Panel title="Licence">Licensed under the Apache License, Version 2.0. It comes without warranties or conditions of any kind. The whole text comes with each release, as LICENSE.</Panel>
    </Page>
  );
}
