import { useQuery } from "@tanstack/react-query";
import { type Gathered, countedOf, gathered } from "../../access/count";
import { type Schema, api, got, ifMatch, useMay } from "../../api";
import { ConfirmDialog } from "../../ui";
import { asDocument } from "./detail";

type User = Schema<"StoredUser">;

interface Props {
  user: User;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** A number, and a word for it: what was not counted to its end says so. */
function many(held: Gathered<unknown> | undefined, word: string): string | undefined {
  if (held === undefined || (held.items.length === 0 && held.isAll)) return undefined;
  return countedOf(held, word);
}

/** What somebody has that would end with them, as far as whoever asks may see it. */
function useConsequence(user: User, open: boolean): string[] | "unknown" | undefined {
  const may = useMay();
  const { data, error } = useQuery({
    queryKey: ["consequence", user.id],
    enabled: open,
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const subject = user.subject ?? user.id;
      const count = async (permission: string, ask: (more: { after?: string }) => Promise<{ data?: unknown }>) =>
        may(permission) ? gathered(100, async (after) => got(await ask(after === undefined ? {} : { after })) as { items: unknown[]; next?: string | null }) : undefined;
      const [sessions, held, factors] = await Promise.all([
        count("casemate.session.list", (more) => api.POST("/api/v1/sessions/search", { body: { provider: user.provider, subject, ...more }, signal })),
        count("casemate.access-review.list", (more) => api.POST("/api/v1/access-review/search", { body: { provider: user.provider, id: subject, ...more }, signal })),
        count("casemate.user.read", () => api.GET("/api/v1/users/{id}/factors", { params: { path: { id: user.id } }, signal })),
      ]);
      return { sessions, held, factors };
    },
  });
  if (!data) return error ? "unknown" : undefined;
  return [many(data.sessions, "open session"), many(data.held, "assignment"), many(data.factors, "second factor")].filter((text) => text !== undefined);
}

function Consequence({ lost, first, ends }: { lost: string[] | "unknown" | undefined; first: string; ends: string }) {
  return (
    <ul>
      <li>{first}</li>
      {lost === "unknown" ? <li>What they have cannot be counted.</li> : lost === undefined ? <li>Counting what they have…</li> : lost.length > 0 && <li>
          {ends}: {lost.join(", ")}.
        </li>}
    </ul>
  );
}

/** Lets somebody in no more, or in again. */
export function SetActive({ user, open, onClose, onDone }: Props) {
  const lost = useConsequence(user, open && user.active);
  return (
    <ConfirmDialog
      consequence={user.active && <Consequence ends="What no longer counts until they are activated again" first="They are refused everywhere within a second, whatever they sign in with." lost={lost} />}
      kind={user.active ? "danger" : "primary"}
      onClose={onClose}
      onConfirm={() => api.PUT("/api/v1/users/{id}", { params: { path: { id: user.id }, header: ifMatch(user) }, body: { ...asDocument(user), active: !user.active } })}
      onDone={onDone}
      open={open}
      title={user.active ? `Deactivate ${user.login}?` : `Activate ${user.login}?`}
      verb={user.active ? "Deactivate" : "Activate"}
    >
      {user.active ? "What they hold stays, and counts again when they are activated." : "They may come in again, with what they hold."}
    </ConfirmDialog>
  );
}

/** Deletes what is personal of somebody. */
export function DeleteUser({ user, open, onClose, onDone }: Props) {
  const lost = useConsequence(user, open);
  return (
    <ConfirmDialog
      consequence={<Consequence ends="What ends with the account" first="Their name, addresses and attributes are gone for good. What they did stays on record." lost={lost} />}
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/users/{id}", { params: { path: { id: user.id }, header: ifMatch(user) } })}
      onDone={onDone}
      open={open}
      title={`Delete ${user.login}?`}
      typed={user.login}
      verb="Delete user"
    >
      To keep them out for now, deactivate them.
    </ConfirmDialog>
  );
}
