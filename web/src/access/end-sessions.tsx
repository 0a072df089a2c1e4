import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Schema, api, got, useMe } from "../api";
import { Actor, Checkbox, ConfirmDialog, KeyValue, Stack, toast } from "../ui";

type Session = Schema<"SessionView">;

/** Whose sessions end, and those that are known of. */
export interface Ending {
  provider: string;
  subject: string;
  /** Where they are at home, where that is known: whom the provider calls the same in another tenant is somebody else. */
  tenant?: string;
  sessions: readonly Session[];
  /** Whether there are more than are known. */
  hasMore?: boolean;
}

/** Ends all sessions of somebody at once, those too that nobody has seen. One's own may last. */
export function EndAllSessions({ of, onClose }: { of: Ending | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const [keepsOwn, setKeepsOwn] = useState(false);
  const ended = useRef<Schema<"SessionsEnded">>(undefined);
  // What was asked about stays in the dialog's words while it closes.
  const asked = useRef(of);
  if (of) asked.current = of;
  const isOpen = of !== undefined;
  useEffect(() => {
    if (isOpen) setKeepsOwn(false);
  }, [isOpen]);
  const { provider = "", subject = "", tenant, sessions = [], hasMore = false } = asked.current ?? {};
  const me = useMe();
  // Where not all were read, one's own may be among the others.
  const isOwn = sessions.some((session) => session.current) || (hasMore && me.provider === provider && me.id === subject);
  const count = sessions.length - (isOwn && keepsOwn ? 1 : 0);
  const browsers = `${hasMore ? "At least " : ""}${count} ${count === 1 ? "browser is" : "browsers are"} signed out within a second, on every server.`;
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>{browsers}</li>
          {tenant === undefined && !isOwn && <li>They end in every tenant where the provider calls somebody so.</li>}
          <li>Temporary credentials of theirs end too{isOwn && keepsOwn ? ", but those that were made in this browser" : ""}. API keys stay.</li>
          {isOwn && !keepsOwn && <li>The session that you use now is among them: you are signed out.</li>}
        </ul>
      }
      onClose={onClose}
      onConfirm={async () => {
        ended.current = got(await api.POST("/api/v1/sessions/end", { body: { provider, subject, ...(tenant === undefined ? {} : { tenant }), but_current: isOwn && keepsOwn } }));
      }}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
        void queries.invalidateQueries({ queryKey: ["/api/v1/me"] });
        toast(told(ended.current));
      }}
      open={isOpen}
      title="End all of their sessions?"
      verb="End all sessions"
    >
      <Stack>
        <KeyValue
          entries={[
            ["Person", <Actor id={subject} key="person" />],
            ["Provider", provider],
            ...(tenant === undefined ? [] : [["Tenant", tenant] as [string, string]]),
          ]}
        />
        <div>They may sign in again. To keep them out, deactivate the user.</div>
        {isOwn && (
          <Checkbox onChange={setKeepsOwn} selected={keepsOwn}>
            Stay signed in here
          </Checkbox>
        )}
      </Stack>
    </ConfirmDialog>
  );
}

/** How many ended, as the server counted them. */
function told(ended: Schema<"SessionsEnded"> | undefined): string {
  const { sessions = 0, temporary_credentials: temporary = 0 } = ended ?? {};
  const what = `${sessions} session${sessions === 1 ? "" : "s"}`;
  const more = temporary === 0 ? "" : ` and ${temporary} temporary credential${temporary === 1 ? "" : "s"}`;
  return sessions === 1 && temporary === 0 ? "1 session was ended" : `${what}${more} were ended`;
}
