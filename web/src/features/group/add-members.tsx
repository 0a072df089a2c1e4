import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { counted } from "../../access/count";
import { type Schema, api, got, useSearch } from "../../api";
import { Button, Checkbox, Dialog, ErrorNotice, ErrorState, IconButton, SearchField, SkeletonLines, toast } from "../../ui";
import styles from "./add-members.module.css";

type Group = Schema<"StoredGroup">;
type User = Schema<"StoredUser">;

/** How many users are offered at once: who is not among them is searched for. */
const OFFERED = 20;

/** Puts users into a group, several at once. */
export function AddMembers({ group, onClose, onChanged }: { group: Group; onClose: () => void; onChanged: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const list = useSearch("/api/v1/users/search", { search: text, sort: "login" }, { limit: OFFERED });
  const path = { id: group.id };
  const members = useSearch("/api/v1/groups/{id}/members/search", { search: text }, { path, limit: 1000 });
  const isMember = new Set(members.items.map((member) => member.user));
  const isChosen = (user: User) => chosen.some((one) => one.id === user.id);
  const toggle = (user: User) => setChosen((now) => (now.some((one) => one.id === user.id) ? now.filter((one) => one.id !== user.id) : [...now, user]));
  const add = useMutation({
    mutationFn: async () => {
      // Who belongs to it by hand already is not taken out again by undoing this.
      const before = await memberIds(group.id);
      await api.POST("/api/v1/groups/{id}/members", { params: { path }, body: { users: chosen.map((user) => user.id) } });
      return chosen.filter((user) => !before.has(user.id));
    },
    onSuccess: (came) => {
      onChanged();
      onClose();
      if (came.length === 0) {
        toast(`They belong to ${group.name} already`);
        return;
      }
      toast(came.length === 1 ? `${came[0]?.login} was added to ${group.name}` : `${counted(came.length, "user")} were added to ${group.name}`, {
        undo: async () => {
          for (const user of came) await api.DELETE("/api/v1/groups/{id}/members/{user}", { params: { path: { ...path, user: user.id } } });
          onChanged();
        },
      });
    },
  });
  const run = () => chosen.length > 0 && !add.isPending && add.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={chosen.length === 0} kind="primary" pending={add.isPending} type="submit">
            {chosen.length === 0 ? "Add members" : `Add ${counted(chosen.length, "member")}`}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={`Add members to ${group.name}`}
    >
      <div className={styles.search}>
        <SearchField autoFocus label="Search login, name or e-mail" onChange={setText} value={text} />
      </div>
      {chosen.length > 0 && (
        <ul aria-label="Chosen" className={styles.chosen}>
          {chosen.map((user) => (
            <li key={user.id}>
              {user.login}
              <IconButton icon="x" label={`Leave out ${user.login}`} onPress={() => toggle(user)} small />
            </li>
          ))}
        </ul>
      )}
      <div aria-label="Users" className={styles.list} role="group">
        {list.isLoading && <SkeletonLines lines={6} />}
        {list.error && <ErrorState compact error={list.error} onRetry={list.retry} />}
        {!list.isLoading && !list.error && list.items.length === 0 && <p className={styles.none}>No user of this tenant has this in their login, name or e-mail address.</p>}
        {list.items.slice(0, OFFERED).map((user) => (
          <Checkbox help={[user.display_name, user.active ? undefined : "inactive", isMember.has(user.id) ? "already a member" : undefined].filter(Boolean).join(", ")} key={user.id} onChange={() => toggle(user)} selected={isChosen(user)}>
            {user.login}
          </Checkbox>
        ))}
        {list.hasMore && <p className={styles.none}>There are more: search for them.</p>}
      </div>
      <ErrorNotice error={add.error} onRetry={run} />
    </Dialog>
  );
}

/** Who belongs to a group by hand. */
async function memberIds(id: string): Promise<Set<string>> {
  const found = new Set<string>();
  let after: string | undefined;
  do {
    const page = got(await api.POST("/api/v1/groups/{id}/members/search", { params: { path: { id } }, body: { source: "", limit: 1000, ...(after === undefined ? {} : { after }) } }));
    for (const member of page.items) found.add(member.user);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return found;
}
