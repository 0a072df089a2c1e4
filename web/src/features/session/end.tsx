import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { type Schema, api } from "../../api";
import { asApiError } from "../../api/error";
import { Actor, ConfirmDialog, KeyValue, Stack, toast } from "../../ui";
import { browserOf } from "./agent";

type Session = Schema<"SessionView">;

/** Ends one session. */
export function EndSession({ session, onClose }: { session: Session | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  // What was asked about stays in the dialog's words while it closes.
  const asked = useRef(session);
  if (session) asked.current = session;
  const of = asked.current;
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>The browser is signed out within a second, on every server.</li>
          <li>Temporary credentials that were made in it end too.</li>
          {of?.current && <li>It is the session that you use now: you are signed out.</li>}
        </ul>
      }
      onClose={onClose}
      onConfirm={async () => {
        try {
          await api.DELETE("/api/v1/sessions/{id}", { params: { path: { id: of?.id ?? "" } } });
        } catch (error) {
          // One that is over is what was asked for.
          if (asApiError(error).status !== 404) throw error;
        }
      }}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
        void queries.invalidateQueries({ queryKey: ["/api/v1/me"] });
        toast("The session was ended");
      }}
      open={session !== undefined}
      title="End this session?"
      verb="End session"
    >
      {of && (
        <Stack>
          <KeyValue
            entries={[
              ["Person", <Actor id={of.subject} key="person" />],
              ["Browser", browserOf(of.user_agent)],
              ["Address", <code key="address">{of.client ?? "unknown"}</code>],
            ]}
          />
          <div>They may sign in again. To keep them out, deactivate the user.</div>
        </Stack>
      )}
    </ConfirmDialog>
  );
}
