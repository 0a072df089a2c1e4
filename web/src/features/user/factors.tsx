import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { Button, type Column, ConfirmDialog, EmptyState, Panel, Table, Time, fixedList, toast } from "../../ui";

type User = Schema<"StoredUser">;
type Factor = Schema<"SecondFactor">;

const KINDS: Record<string, string> = { totp: "Authenticator app", passkey: "Passkey" };

/** What somebody shows beside their password; taken away where they lost it. */
export function Factors({ user }: { user: User }) {
  const [leaving, setLeaving] = useState<Factor | undefined>();
  const mayRemove = useAllowed("casemate.user.update") === true;
  const queries = useQueryClient();
  const key = ["/api/v1/users/{id}/factors", user.id];
  const factors = useQuery({ queryKey: key, queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}/factors", { params: { path: { id: user.id } }, signal })) });
  const columns: Column<Factor>[] = [
    { id: "name", title: "Name", width: "1.5fr", cell: (factor) => factor.name },
    { id: "kind", title: "Kind", cell: (factor) => KINDS[factor.kind] ?? factor.kind },
    { id: "added", title: "Added", width: "120px", cell: (factor) => <Time value={factor.created_at} /> },
    { id: "used", title: "Used", width: "120px", cell: (factor) => <Time none="Never" value={factor.used_at} /> },
    ...(mayRemove
      ? [
          {
            id: "remove",
            title: "",
            width: "90px",
            end: true,
            cell: (factor: Factor) => (
              <Button kind="quiet" label={`Remove ${factor.name}`} onPress={() => setLeaving(factor)} small>
                Remove
              </Button>
            ),
          },
        ]
      : []),
  ];
  const isLast = factors.data?.items.length === 1;
  const codes = factors.data?.recovery_codes ?? 0;
  return (
    <Panel actions={codes > 0 && <span>{codes} recovery {codes === 1 ? "code" : "codes"} left</span>} flush title="Second factors">
      <Table
        bare
        columns={columns}
        empty={
          <EmptyState compact icon="key" title="No second factor">
            They add one to their account themselves.
          </EmptyState>
        }
        label="Second factors"
        list={fixedList(factors.data?.items, { error: factors.error, retry: () => void factors.refetch() })}
        rowId={(factor) => factor.id}
      />
      <ConfirmDialog
        consequence={isLast ? `It is their last one: their password alone lets them in from then on${codes > 0 ? `, and ${codes} recovery ${codes === 1 ? "code goes" : "codes go"} with it` : ""}.` : "They cannot come in by it any more. They have another."}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => api.DELETE("/api/v1/users/{id}/factors/{factor}", { params: { path: { id: user.id, factor: leaving?.id ?? "" } } })}
        onDone={() => {
          void queries.invalidateQueries({ queryKey: key });
          toast(`${leaving?.name ?? "It"} was removed`);
        }}
        open={leaving !== undefined}
        title={`Remove ${leaving?.name ?? "it"} of ${user.login}?`}
        verb="Remove factor"
      >
        Only where they lost it, and you know that it is they who ask. They can add another themselves.
      </ConfirmDialog>
    </Panel>
  );
}
