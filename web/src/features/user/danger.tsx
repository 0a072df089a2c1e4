import { useQuery } from "@tanstack/react-query";
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

/** A number, and a word for it: the most that is counted says so. */
function many(count: number | undefined, word: string): string | undefined {
  if (count === undefined || count === 0) return undefined;
  return `${count >= 100 ? "100 or more" : count} ${word}${count === 1 ? "" : "s"}`;
}

/** What somebody has that would end with them, as far as whoever asks may see it. */
function useConsequence(user: User, open: boolean): string[] | undefined {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["consequence", user.id],
    enabled: open,
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const subject = user.subject ?? user.id;
      const count = async (permission: string, ask: () => Promise<{ data?: unknown }>) => (may(permission) ? (got(await ask()) as { items: unknown[] }).items.length : undefined);
      const [sessions, held, factors] = await Promise.all([
        count("casemate.session.list", () => api.POST("/api/v1/sessions/search", { body: { provider: user.provider, subject }, signal })),
        count("casemate.access-review.list", () => api.POST("/api/v1/access-review/search", { body: { provider: user.provider, id: subject }, signal })),
        count("casemate.user.read", () => api.GET("/api/v1/users/{id}/factors", { params: { path: { id: user.id } }, signal })),
      ]);
      return { sessions, held, factors };
    },
  });
  if (!data) return undefined;
  return [many(data.sessions, "open session"), many(data.held, "assignment"), many(data.factors, "second factor")].filter((text) => text !== undefined);
}

function Consequence({ lost, first }: { lost: string[] | undefined; first: string }) {
  return (
    <ul>
      <li>{first}</li>
      {lost === undefined ? <li>Counting what ends with it…</li> : lost.length > 0 && <li>With it ends what they have: {lost.join(", ")}.</li>}
    </ul>
  );
}

/** Lets somebody in no more, or in again. */
export function SetActive({ user, open, onClose, onDone }: Props) {
  const lost = useConsequence(user, open && user.active);
  return (
    <ConfirmDialog
      consequence={user.active && <Consequence first="They are refused within a second, with whichever credential." lost={lost} />}
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
      consequence={<Consequence first="Their name, addresses and attributes are gone for good; what they did stays on record." lost={lost} />}
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
