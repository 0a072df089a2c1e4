import { type ReactNode, useRef, useState } from "react";
import { ApiError } from "../api";
import { Button, ConfirmDialog, Panel, Stack, Time, toast } from "../ui";
import { Actor } from "./actor";

interface Props {
  /** What it is a version of. */
  name: string;
  version: { revision: number; at: string; actor: { provider: string; type: string; id: string } } | undefined;
  revision: number;
  badge: ReactNode;
  /** What is said of it behind who made it. */
  summary?: string;
  /** What it changed. */
  children: ReactNode;
  /** How it is set back to; nothing where that may not be. */
  back:
    | {
        /** Whether somebody may say why. */
        reason?: boolean;
        /** What it would change, and whether that is known by now. */
        shows: ReactNode;
        ready?: boolean;
        onAsk?: (isAsking: boolean) => void;
        /** Sets it back, and gives what takes that back: over the revision that it made, so that nothing is overwritten. Nothing where all was as it was. */
        run: (reason: string) => Promise<(() => Promise<unknown>) | undefined>;
        onDone: () => void;
      }
    | undefined;
}

/** One version: what it changed, who made it, and setting back to it after what that would change was shown. */
export function VersionPanel({ name, version, revision, badge, summary, children, back }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const takesBack = useRef<(() => Promise<unknown>) | undefined>(undefined);
  const ask = (next: boolean) => {
    setIsAsking(next);
    back?.onAsk?.(next);
  };
  return (
    <Panel
      actions={
        back && (
          <Button icon="undo" onPress={() => ask(true)} small>
            Set back to this
          </Button>
        )
      }
      title={
        <>
          Revision {revision} {badge}
        </>
      }
    >
      <Stack>
        {version && (
          <div>
            <Time exact value={version.at} /> by <Actor actor={version.actor} />
            {summary !== undefined && `: ${summary}`}
          </div>
        )}
        {children}
      </Stack>
      {back && (
        <ConfirmDialog
          kind="primary"
          onClose={() => ask(false)}
          onConfirm={async (reason) => {
            takesBack.current = await back.run(reason);
          }}
          onDone={() => {
            back.onDone();
            const undo = takesBack.current;
            toast(
              `${name} was set back to revision ${revision}`,
              undo && {
                undo: async () => {
                  // Also where it was refused: what is there now is shown.
                  await undo()
                    .catch((error: unknown) => Promise.reject(asChangedSince(error)))
                    .finally(() => back.onDone());
                },
              },
            );
          }}
          open={isAsking}
          ready={back.ready ?? true}
          reason={back.reason ?? false}
          title={`Set ${name} back to revision ${revision}?`}
          verb="Set back"
        >
          {back.shows}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

/** Says in one line why nothing was taken back where somebody changed it since. */
function asChangedSince(error: unknown): unknown {
  return error instanceof ApiError && error.status === 412 ? new ApiError(412, { ...error.problem, title: "Not taken back: it was changed since" }) : error;
}
