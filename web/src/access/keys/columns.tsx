import { type ReactNode, useState } from "react";
import { type Schema, useAllowed } from "../../api";
import { type Column, IconButton, Id, Link, Menu, Time } from "../../ui";
import { RevokeKey, RotateKey } from "./change";
import { KeyStatus, keyState } from "./state";

type Key = Schema<"ApiKey">;

/** Columns that every list of keys has; the last one is what is done with them, and `dialogs` is what that opens. */
export function useKeyColumns({ account }: { /** What shows whose key it is, where there is room for more. */ account?: (key: Key) => ReactNode } = {}): { columns: Column<Key>[]; dialogs: ReactNode } {
  const [asks, setAsks] = useState<{ what: "rotate" | "revoke"; key: Key } | undefined>();
  const mayRotate = useAllowed("casemate.api-key.rotate") === true;
  const mayRevoke = useAllowed("casemate.api-key.revoke") === true;
  const close = () => setAsks(undefined);
  const columns: Column<Key>[] = [
    { id: "title", title: "Title", width: "1.7fr", sort: "title", cell: (key) => <Link to={`/api-keys/${key.id}`}>{key.title}</Link> },
    ...(account ? [{ id: "account", title: "Service account", width: "1.3fr", cell: account }] : []),
    ...(account ? [{ id: "id", title: "Id", width: "190px", cell: (key: Key) => <Id value={key.id} /> }] : []),
    { id: "state", title: "State", corner: true, width: "104px", cell: (key) => <KeyStatus value={key} /> },
    { id: "expires", title: "Expires", width: "152px", cell: (key) => <Time none="Never" value={key.expires_at} /> },
    { id: "used", title: "Last used", width: "112px", cell: (key) => <Time none="Never noted" value={key.used_at} /> },
    ...(account ? [{ id: "created", title: "Created", width: "118px", sort: "created_at", cell: (key: Key) => <Time value={key.created_at} /> }] : []),
    {
      id: "more",
      title: "",
      width: "48px",
      end: true,
      cell: (key) => {
        const state = keyState(key, Date.now());
        const isOver = state === "revoked" || state === "expired";
        const entries = [
          ...(mayRotate && !isOver ? [{ id: "rotate", label: "Rotate", icon: "refresh" as const, onAction: () => setAsks({ what: "rotate", key }) }] : []),
          ...(mayRevoke && state !== "revoked" ? [{ id: "revoke", label: "Revoke", icon: "ban" as const, danger: true, onAction: () => setAsks({ what: "revoke", key }) }] : []),
        ];
        return entries.length > 0 && <Menu entries={entries} label={`More about ${key.title}`} trigger={<IconButton icon="more" label={`More about ${key.title}`} small />} />;
      },
    },
  ];
  const dialogs = (
    <>
      {asks?.what === "rotate" && <RotateKey onClose={close} value={asks.key} />}
      {asks?.what === "revoke" && <RevokeKey onClose={close} value={asks.key} />}
    </>
  );
  return { columns, dialogs };
}
