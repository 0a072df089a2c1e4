import { type ReactNode, useState } from "react";
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
        run: (reason: string) => Promise<unknown>;
        undo: () => Promise<unknown>;
        onDone: () => void;
      }
    | undefined;
}

/** One version: what it changed, who made it, and setting back to it after what that would change was shown. */
export function VersionPanel({ name, version, revision, badge, summary, children, back }: Props) {
  const [isAsking, setIsAsking] = useState(false);
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
          onConfirm={back.run}
          onDone={() => {
            back.onDone();
            toast(`${name} was set back to revision ${revision}`, {
              undo: async () => {
                await back.undo();
                back.onDone();
              },
            });
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
