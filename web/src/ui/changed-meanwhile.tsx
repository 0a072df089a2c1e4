import { useQuery } from "@tanstack/react-query";
import { useEffect, useId } from "react";
import type { ApiError } from "../api/error";
import { type Saving, type Stored, readStored } from "../api/stored";
import { Button } from "./button";
import { Diff } from "./diff-view";
import { ErrorNotice, ErrorState } from "./error-notice";
import { Notice } from "./notice";
import { SkeletonLines } from "./skeleton";

export interface Meanwhile<E> {
  /** What the form was opened with. */
  opened: E;
  read: (signal: AbortSignal) => Promise<E>;
  /** What of it is compared. */
  shows: (entry: E) => unknown;
  /** The form goes on over the newer one; what was typed stays, where that is wanted. */
  onTake: (newer: E, keepsTyped: boolean) => void;
}

/** Why something could not be saved; where somebody else changed it since, what they changed, and how to go on from there. */
export function SaveNotice<E>({ error, onRetry, meanwhile, isBehind = false }: { error: ApiError | null; onRetry: () => void; meanwhile: Meanwhile<E> | undefined; /** It is known before it is saved. */ isBehind?: boolean }) {
  if ((isBehind || error?.status === 412) && meanwhile !== undefined) return <ChangedMeanwhile {...meanwhile} />;
  return <ErrorNotice error={error} onRetry={onRetry} />;
}

/** What is done about another change of a document that a form saves. */
export function meanwhileOf<D>({ path, opened, over }: Saving<D>, take: (before: D, newer: D, keepsTyped: boolean) => void): Meanwhile<Stored<D>> | undefined {
  if (opened === undefined) return undefined;
  return {
    opened,
    read: (signal) => readStored<D>(path, opened.id, signal),
    shows: ({ document }) => document,
    onTake: (newer, keepsTyped) => {
      take(opened.document, newer.document, keepsTyped);
      over(newer);
    },
  };
}

/**
 * For a form that stands on a page: it shows what is there now until something is typed. Gives whether somebody changed it since.
 */
export function useFollowing<D>({ opened, over, isPending }: Saving<D>, shown: Stored<D> | undefined, isChanged: boolean, take: (newer: D) => void): boolean {
  const isBehind = opened !== undefined && shown !== undefined && shown.revision > opened.revision && !isPending;
  useEffect(() => {
    if (!isBehind || isChanged) return;
    take(shown.document);
    over(shown);
  }, [isBehind, isChanged]);
  return isBehind && isChanged;
}

function ChangedMeanwhile<E>({ opened, read, shows, onTake }: Meanwhile<E>) {
  const newer = useQuery({ queryKey: ["changed meanwhile", useId()], queryFn: ({ signal }) => read(signal), gcTime: 0, staleTime: Infinity });
  if (newer.error?.status === 404) {
    return (
      <Notice kind="deny" title="Somebody deleted this since you opened it">
        What you typed is still here. It can only be created anew.
      </Notice>
    );
  }
  if (newer.error) return <ErrorState compact error={newer.error} onRetry={() => void newer.refetch()} />;
  const { data } = newer;
  return (
    <Notice
      actions={
        data !== undefined && (
          <>
            <Button onPress={() => onTake(data, true)} small>
              Take it over, keep what I typed
            </Button>
            <Button kind="quiet" onPress={() => onTake(data, false)} small>
              Drop what I typed
            </Button>
          </>
        )
      }
      kind="warn"
      title="Somebody changed this since you opened it"
    >
      <div>Nothing was saved. This is what they changed:</div>
      {data === undefined ? <SkeletonLines lines={3} /> : <Diff after={shows(data)} before={shows(opened)} label="What was changed meanwhile" />}
    </Notice>
  );
}
