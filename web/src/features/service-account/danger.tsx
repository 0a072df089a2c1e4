import { useQuery } from "@tanstack/react-query";
import { type Gathered, counted, countedOf, gathered } from "../../access/count";
import { type Schema, api, got, ifMatch, useMay } from "../../api";
import { Button, ConfirmDialog, Dialog, Link } from "../../ui";

type Account = Schema<"StoredServiceAccountEntry">;

interface Props {
  account: Account;
  onClose: () => void;
  onDone: () => void;
}

/** The most that is counted. */
const MOST = 1000;

/** What a service account has, as far as whoever asks may see it. */
function useHolds(account: Account) {
  const may = useMay();
  return useQuery({
    queryKey: ["consequence", account.id],
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const [keys, assignments] = await Promise.all([
        may("casemate.api-key.list") ? gathered(MOST, async (after) => got(await api.POST("/api/v1/api-keys/search", { body: { account: account.id, state: "in_force", limit: MOST, ...(after === undefined ? {} : { after }) }, signal }))) : undefined,
        may("casemate.assignment.list") ? gathered(MOST, async (after) => got(await api.POST("/api/v1/assignments/search", { body: { filters: { "to.id": account.id }, limit: MOST, ...(after === undefined ? {} : { after }) }, signal }))) : undefined,
      ]);
      return { keys, assignments };
    },
  });
}

/** How lately a key has to have been used to be said to be in use, in milliseconds. */
const LATELY = 7 * 86_400_000;

function KeysLost({ held }: { held: Gathered<Schema<"ApiKey">> | undefined }) {
  const keys = held?.items;
  if (keys === undefined || (keys.length === 0 && !held?.isAll)) return <li>Its keys are refused within a second.</li>;
  if (keys.length === 0) return <li>It has no key in force.</li>;
  const lately = keys.filter((key) => key.used_at && Date.now() - Date.parse(key.used_at) < LATELY).length;
  return (
    <li>
      {countedOf({ items: keys, isAll: held?.isAll === true }, "key")} in force {keys.length === 1 && held?.isAll ? "is" : "are"} refused within a second
      {lately > 0 && `, ${lately === keys.length ? "in use" : `${lately} of them in use`} within the last week`}.
    </li>
  );
}

/** Has the keys of a service account refused, or taken again. */
export function SetDisabled({ account, onClose, onDone }: Props) {
  const holds = useHolds(account);
  const { disabled } = account.document;
  return (
    <ConfirmDialog
      consequence={
        !disabled && (
          <ul>
            <KeysLost held={holds.data?.keys} />
          </ul>
        )
      }
      kind={disabled ? "primary" : "danger"}
      onClose={onClose}
      onConfirm={() => api.PUT("/api/v1/service-accounts/{id}", { params: { path: { id: account.id }, header: ifMatch(account) }, body: { ...account.document, disabled: !disabled } })}
      onDone={onDone}
      open
      title={disabled ? `Enable ${account.name}?` : `Disable ${account.name}?`}
      verb={disabled ? "Enable" : "Disable"}
    >
      {disabled ? "Its keys are taken again, as far as they have not ended, with what is assigned to it." : "Keys and assignments stay, and count again when it is enabled."}
    </ConfirmDialog>
  );
}

/** What is known of its not being used: that it is not is said of what was counted to its end alone. */
function unusedText({ data, error }: ReturnType<typeof useHolds>): string {
  if (error) return "What it has cannot be counted. One that has a key in force, or that something is assigned to, is not deleted.";
  if (!data) return "Counting what it has…";
  if (data.keys?.isAll && data.assignments?.isAll) return "It has no key in force, and nothing is assigned to it.";
  const known = [data.keys?.isAll && "It has no key in force.", data.assignments?.isAll && "Nothing is assigned to it."].filter(Boolean);
  return [...known, "The rest of what it has is not known here. One that is in use is not deleted."].join(" ");
}

/** Deletes a service account. One that has keys in force, or that something is assigned to, cannot be. */
export function DeleteServiceAccount({ account, onClose, onDone }: Props) {
  const holds = useHolds(account);
  const keys = holds.data?.keys?.items.length ?? 0;
  const assignments = holds.data?.assignments?.items.length ?? 0;
  const page = `/service-accounts/${account.id}`;
  if (keys + assignments > 0) {
    return (
      <Dialog actions={<Button onPress={onClose}>Close</Button>} alert onClose={onClose} open title={`${account.name} is in use`}>
        <p>A service account is deleted once it has no key in force and nothing is assigned to it. To keep it out for now, disable it.</p>
        <ul>
          {keys > 0 && (
            <li>
              <Link to={page}>{counted(keys, "key", MOST)} in force</Link>, to be revoked first
            </li>
          )}
          {assignments > 0 && (
            <li>
              <Link to={`${page}#tab=assignments`}>{counted(assignments, "assignment", MOST)}</Link>, to be deleted first
            </li>
          )}
        </ul>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      consequence={`${unusedText(holds)} What it did stays on record.`}
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/service-accounts/{id}", { params: { path: { id: account.id }, header: ifMatch(account) } })}
      onDone={onDone}
      open
      title={`Delete ${account.name}?`}
      typed={account.name}
      verb="Delete service account"
    />
  );
}
