import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiError } from "../api";
import { EmptyState, ErrorState, LinkButton, Page, SkeletonSplit } from "../ui";

interface LoadedProps<T> {
  query: UseQueryResult<T, ApiError>;
  /** What it is, until its name is known: "Group". */
  kind: string;
  /** The list that it stands in. */
  list: readonly [title: string, to: string];
  children: (value: T) => ReactNode;
}

/** The page of one thing: while it is read, where there is none, and where reading it fails. */
export function Loaded<T>({ query, kind, list, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return (
    <Page breadcrumbs={[list]} title={kind}>
      {query.error?.status === 404 ? (
        <EmptyState actions={<LinkButton to={list[1]}>{`All ${list[0].toLowerCase()}`}</LinkButton>} icon="search" title={`There is no such ${kind.toLowerCase()} here`}>
          It may have been deleted, or belongs to another tenant.
        </EmptyState>
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonSplit />
      )}
    </Page>
  );
}
