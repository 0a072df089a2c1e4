import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { EndAllSessions, type Ending } from "../../access/end-sessions";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { Button, type Column, ConfirmDialog, Dialog, EmptyState, ErrorNotice, Panel, Secret, Stack, Table, Time, toast } from "../../ui";
import { Factors } from "./factors";
import { Links } from "./links";

type User = Schema<"StoredUser">;
type Session = Schema<"SessionView">;

/** How somebody comes in: open sessions, second factors, linked sign-ins, and an invitation where Casemate keeps their account. */
export function SignIns({ user, mayInvite }: { user: User; mayInvite: boolean }) {
  const maySeeSessions = useAllowed("casemate.session.list") === true;
  const isLocal = user.provider === "casemate";
  return (
    <Stack>
      {isLocal && mayInvite && user.active && <Invite user={user} />}
      {maySeeSessions && <Sessions user={user} />}
      {isLocal && <Factors user={user} />}
      <Links user={user} />
    </Stack>
  );
}

function Sessions({ user }: { user: User }) {
  const [ending, setEnding] = useState<Session | undefined>();
  const [endingAll, setEndingAll] = useState<Ending>();
  const mayEnd = useAllowed("casemate.session.end") === true;
  const queries = useQueryClient();
  const whose = { provider: user.provider, subject: user.subject ?? user.id };
  const list = useSearch("/api/v1/sessions/search", whose);
  const columns: Column<Session>[] = [
    { id: "agent", title: "Browser", width: "2fr", cell: (session) => session.user_agent ?? "" },
    { id: "client", title: "Address", cell: (session) => <code>{session.client ?? ""}</code> },
    { id: "used", title: "Used", width: "120px", cell: (session) => <Time value={session.used_at} /> },
    ...(mayEnd
      ? [
          {
            id: "end",
            title: "",
            width: "70px",
            end: true,
            cell: (session: Session) => (
              <Button kind="quiet" label={`End the session of ${session.client ?? "unknown"}`} onPress={() => setEnding(session)} small>
                End
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Panel
      actions={
        mayEnd &&
        list.items.length > 1 && (
          <Button kind="danger" onPress={() => setEndingAll({ ...whose, tenant: user.tenant, sessions: list.items, hasMore: list.hasMore })} small>
            End all sessions
          </Button>
        )
      }
      flush
      title="Open sessions"
    >
      <Table
        bare
        columns={columns}
        empty={
          <EmptyState compact icon="session" title="No open session">
            They are signed in with no browser.
          </EmptyState>
        }
        label="Sessions"
        list={list}
        rowId={(session) => session.id}
      />
      <ConfirmDialog
        consequence="The browser is signed out within a second, and what it made of temporary credentials ends with it."
        onClose={() => setEnding(undefined)}
        onConfirm={() => api.DELETE("/api/v1/sessions/{id}", { params: { path: { id: ending?.id ?? "" } } })}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
          toast("The session was ended");
        }}
        open={ending !== undefined}
        title="End this session?"
        verb="End session"
      >
        {ending?.current ? "It is the one that you use now: you are signed out." : `${user.login}, from ${ending?.client ?? "an unknown address"}.`}
      </ConfirmDialog>
      <EndAllSessions of={endingAll} onClose={() => setEndingAll(undefined)} />
    </Panel>
  );
}

function Invite({ user }: { user: User }) {
  const [link, setLink] = useState<string | undefined>();
  const invite = useMutation({
    mutationFn: async () => got(await api.POST("/api/v1/users/{id}/invitations", { params: { path: { id: user.id } }, body: {} })),
    onSuccess: (invitation) => {
      if (invitation.link) setLink(invitation.link);
      else toast(`The invitation goes to ${invitation.sent_to ?? user.login}`);
      invite.reset();
    },
  });
  return (
    <Panel
      actions={
        <Button icon="send" onPress={() => invite.mutate()} pending={invite.isPending} small>
          Invite
        </Button>
      }
      title="Password"
    >
      <Stack>
        <div>Casemate keeps this account. An invitation lets them set a password, once, within three days.</div>
        <ErrorNotice error={invite.error} onRetry={() => invite.mutate()} />
      </Stack>
      <Dialog
        actions={
          <Button kind="primary" onPress={() => setLink(undefined)}>
            Done
          </Button>
        }
        onClose={() => setLink(undefined)}
        open={link !== undefined}
        title={`Invitation for ${user.login}`}
      >
        {link !== undefined && <Secret title="invitation link" value={link} />}
      </Dialog>
    </Panel>
  );
}
