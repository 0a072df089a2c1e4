import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { Button, type Column, ConfirmDialog, EmptyState, Panel, Table, Time, fixedList, toast } from "../../ui";

type User = Schema<"StoredUser">;
type Linked = Schema<"LinkedSignIn">;

/** With what else somebody signs in: they are the same user by any of these. */
export function Links({ user }: { user: User }) {
  const [leaving, setLeaving] = useState<Linked | undefined>();
  const mayRemove = useAllowed("casemate.user.update") === true;
  const queries = useQueryClient();
  const key = ["/api/v1/users/{id}/sign-ins", user.id];
  const links = useQuery({ queryKey: key, queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}/sign-ins", { params: { path: { id: user.id } }, signal })) });
  const columns: Column<Linked>[] = [
    { id: "provider", title: "Provider", cell: (link) => link.provider },
    { id: "subject", title: "Known there as", width: "1.5fr", cell: (link) => <code>{link.subject}</code> },
    { id: "added", title: "Added", width: "120px", cell: (link) => <Time value={link.linked_at} /> },
    { id: "used", title: "Used", width: "120px", cell: (link) => <Time none="Never" value={link.used_at} /> },
    ...(mayRemove
      ? [
          {
            id: "remove",
            title: "",
            width: "90px",
            end: true,
            cell: (link: Linked) => (
              <Button kind="quiet" label={`Remove the sign-in with ${link.provider}`} onPress={() => setLeaving(link)} small>
                Remove
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Panel flush title="Linked sign-ins">
      <Table
        bare
        columns={columns}
        empty={
          <EmptyState compact icon="link" title="No linked sign-in">
            They add one to their account themselves, where providers take part.
          </EmptyState>
        }
        label="Linked sign-ins"
        list={fixedList(links.data?.items, { error: links.error, retry: () => void links.refetch() })}
        rowId={(link) => link.id}
      />
      <ConfirmDialog
        consequence={`Sessions that they began with ${leaving?.provider ?? "it"} end. Whoever ${leaving?.provider ?? "it"} calls so is not ${user.login} any more.`}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => api.DELETE("/api/v1/users/{id}/sign-ins/{link}", { params: { path: { id: user.id, link: leaving?.id ?? "" } } })}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: key });
          void queries.invalidateQueries({ queryKey: ["/api/v1/sessions/search"] });
          toast(`${user.login} no longer signs in with ${leaving?.provider ?? "it"}`);
        }}
        open={leaving !== undefined}
        title={`Remove the sign-in with ${leaving?.provider ?? ""}?`}
        verb="Remove sign-in"
      >
        They can link it again themselves.
      </ConfirmDialog>
    </Panel>
  );
}
