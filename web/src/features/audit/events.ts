import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { type ApiError, type Schema, type paths, api } from "../../api";
import { type Asked, type Listed, withoutEmpty } from "../../api/pages";

export type Event = Schema<"AuditEvent">;
type EventPage = paths["/api/v1/audit-events/search"]["post"]["responses"][200]["content"]["application/json"];

const LIMIT = 100;
/** How many events are looked for before anybody scrolls. */
const ENOUGH = 40;

/** Events that are read page by page. A page may be empty and yet say where the next begins, so that it is gone on by itself. */
export interface Walk extends Listed<Event> {
  asked: Asked;
  /** How many pages were read. */
  pages: number;
  /** More pages are being read, without anybody having scrolled. */
  isWalking: boolean;
  /** Somebody stopped it before its end. */
  isStopped: boolean;
  stop: () => void;
  goOn: () => void;
}

export function useWalk(path: "/api/v1/audit-events/search" | "/api/v1/audit-events/timeline", body: object, { enabled = true }: { enabled?: boolean } = {}): Walk {
  const text = JSON.stringify(withoutEmpty(body));
  const filled = useMemo(() => JSON.parse(text) as object, [text]);
  const queries = useQueryClient();
  const queryKey = [path, filled, "walk"];
  const query = useInfiniteQuery<EventPage, ApiError, InfiniteData<EventPage>, unknown[], string | undefined>({
    queryKey,
    initialPageParam: undefined,
    enabled,
    // Each reading of it is on record itself: it is not read again unless somebody asks.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: async ({ pageParam, signal }) => {
      const sent = { limit: LIMIT, ...filled, ...(pageParam === undefined ? {} : { after: pageParam }) };
      return ((await api.POST(path, { body: sent as never, signal })) as { data: EventPage }).data;
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const [wanted, setWanted] = useState(ENOUGH);
  const [isStopped, setIsStopped] = useState(false);
  useEffect(() => {
    setWanted(ENOUGH);
    setIsStopped(false);
  }, [path, text]);
  const goesOn = query.hasNextPage && !isStopped && !query.error && items.length < wanted;
  const { isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);
  return {
    items,
    isLoading: enabled && (query.isPending || (items.length === 0 && goesOn)),
    isFetching,
    error: query.error,
    hasMore: query.hasNextPage && !isStopped,
    more: () => setWanted(items.length + ENOUGH),
    retry: () => void query.refetch(),
    asked: useMemo(() => ({ path, body: filled }), [path, filled]),
    pages: query.data?.pages.length ?? 0,
    isWalking: goesOn,
    isStopped: isStopped && query.hasNextPage,
    stop: () => {
      setIsStopped(true);
      void queries.cancelQueries({ queryKey });
    },
    goOn: () => {
      setIsStopped(false);
      setWanted(items.length + ENOUGH);
    },
  };
}

/** The ids that were listed last, so that their pages lead on to each other. Kept for as long as the page is open. */
let listed: readonly number[] = [];

export function rememberListed(ids: readonly number[]): void {
  listed = ids;
}

/** What was listed before and behind an event. */
export function besides(id: number): { before: number | undefined; behind: number | undefined } | undefined {
  const at = listed.indexOf(id);
  return at < 0 ? undefined : { before: listed[at - 1], behind: listed[at + 1] };
}
