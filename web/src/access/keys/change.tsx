import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed } from "../../api";
import { Button, ConfirmDialog, Dialog, ErrorNotice, KeyValue, Select, Time, exactTime, relativeTime, toast, useNow } from "../../ui";
import { counted } from "../count";
import { readKeysAnew } from "./read";
import { ShowKey } from "./show";

type Key = Schema<"ApiKey">;

const OVERLAPS = [
  { value: "0", label: "At once", help: "Whatever presents the old one is refused" },
  { value: "3600", label: "In an hour" },
  { value: "86400", label: "In a day" },
  { value: "604800", label: "In a week" },
  { value: "2592000", label: "In 30 days", help: "The longest" },
];

/** Makes a key in the place of another, which goes on for a while. */
export function RotateKey({ value, onClose }: { value: Key; onClose: () => void }) {
  const [overlap, setOverlap] = useState("86400");
  const [made, setMade] = useState<Key | undefined>();
  const queries = useQueryClient();
  const rotate = useMutation({
    gcTime: 0,
    mutationFn: async () => got(await api.POST("/api/v1/api-keys/{id}/rotate", { params: { path: { id: value.id } }, body: { overlap_seconds: Number(overlap) } })),
    onSuccess: (key) => {
      setMade(key);
      rotate.reset();
      readKeysAnew(queries);
    },
  });
  const run = () => !rotate.isPending && rotate.mutate();
  if (made) return <ShowKey note={overlap === "0" ? "The old key is refused from now on." : `The old key goes on until ${exactTime(Date.now() + Number(overlap) * 1000)}, unless it ends earlier.`} onClose={onClose} title={`New key for ${value.title}`} value={made} />;
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind={overlap === "0" ? "danger" : "primary"} pending={rotate.isPending} type="submit">
            Rotate key
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`Rotate ${value.title}`}
    >
      <p>A new key takes its place, with the same end, networks and permissions. Put it where the old one is before that ends.</p>
      <KeyValue entries={[["Last used", <Time exact key="used" none="Never noted" value={value.used_at} />]]} />
      <Select label="The old key ends" onChange={setOverlap} options={OVERLAPS} value={overlap} />
      <ErrorNotice error={rotate.error} onRetry={run} />
    </Dialog>
  );
}

/** How lately a key has to have been used to be said to be in use, in milliseconds. */
const LATELY = 30 * 86_400_000;

/** Takes a key out of force, for good. */
export function RevokeKey({ value, onClose }: { value: Key; onClose: () => void }) {
  const queries = useQueryClient();
  const now = useNow();
  const maySee = useAllowed("casemate.api-key.list") === true;
  const others = useQuery({
    queryKey: ["consequence", value.id],
    enabled: maySee,
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => got(await api.POST("/api/v1/api-keys/search", { body: { account: value.account, state: "in_force", limit: 100 }, signal })).items.filter((key) => key.id !== value.id).length,
  });
  const used = value.used_at ? Date.parse(value.used_at) : undefined;
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>Requests with it are refused within a second. It cannot be put into force again.</li>
          <li>{used === undefined ? "It was never seen in use." : now - used < LATELY ? `It is in use: it was used ${relativeTime(used, now)}.` : `It was used ${relativeTime(used, now)}.`}</li>
          {others.data !== undefined && <li>{others.data === 0 ? "Its account has no other key in force, and is shut out." : `Its account has ${counted(others.data, "other key", 100)} in force.`}</li>}
        </ul>
      }
      onClose={onClose}
      onConfirm={() => api.POST("/api/v1/api-keys/{id}/revoke", { params: { path: { id: value.id } } })}
      onDone={() => {
        readKeysAnew(queries);
        toast(`${value.title} was revoked`);
      }}
      open
      title={`Revoke ${value.title}?`}
      verb="Revoke key"
    >
      To replace it without a break, rotate it.
    </ConfirmDialog>
  );
}
