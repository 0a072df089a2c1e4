import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { type Schema, api } from "../../api";
import { Actor, ConfirmDialog, KeyValue, Stack, toast } from "../../ui";
import { browserOf } from "./agent";
import { endAll } from "./ending";

type Session = Schema<"SessionView">;

/** Ends one session, or all of somebody. One's own goes last, so that the others are ended by it. */
export function EndSessions({ sessions, onClose }: { sessions: Session[]; onClose: () => void }) {
  const queries = useQueryClient();
  // What was asked about stays in the dialog's words while it closes.
  const asked = useRef(sessions);
  if (sessions.length > 0) asked.current = sessions;
  const [first] = asked.current;
  const count = asked.current.length;
  const isOwn = asked.current.some((session) => session.current);
  const end = async () => {
    const ids = [...sessions].sort((one, other) => Number(one.current) - Number(other.current)).map(({ id }) => id);
    try {
      await endAll(ids, (id) => api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } }));
    } catch (error) {
      void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
      throw error;
    }
  };
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>{count === 1 ? "The browser is signed out within a second, on every server." : `${count} browsers are signed out within a second, on every server.`}</li>
          <li>Temporary credentials that were made in {count === 1 ? "it" : "them"} end too.</li>
          {isOwn && <li>{count === 1 ? "It is the session that you use now: you are signed out." : "The session that you use now is among them: you are signed out."}</li>}
        </ul>
      }
      onClose={onClose}
      onConfirm={end}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
        void queries.invalidateQueries({ queryKey: ["/api/v1/me"] });
        toast(count === 1 ? "The session was ended" : `${count} sessions were ended`);
      }}
      open={sessions.length > 0}
      title={count === 1 ? "End this session?" : `End all ${count} sessions?`}
      verb={count === 1 ? "End session" : `End ${count} sessions`}
    >
      {first && (
        <Stack>
          <KeyValue entries={[["Person", <Actor id={first.subject} key="person" />], count === 1 && ["Browser", browserOf(first.user_agent)], count === 1 && ["Address", <code key="address">{first.client ?? "unknown"}</code>]]} />
          <div>They may sign in again. To keep them out, deactivate the user.</div>
        </Stack>
      )}
    </ConfirmDialog>
  );
}
