import { useState } from "react";
import { type Schema, useAllowed, useSearch } from "../api";
import { ComboBox } from "../ui";

interface Choice<T> {
  value: string;
  label: string;
  help?: string;
  item: T;
}

interface PickProps<T> {
  label: string;
  chosen: T | undefined;
  onChoose: (item: T | undefined) => void;
  help?: string;
  error?: string | undefined;
}

/** How many are offered at once. */
const OFFERED = 20;

/** One that the server finds by what is typed. What was chosen stays among the options, whatever is typed afterwards. */
function Pick<T>({ label, chosen, onChoose, help, error, found, asChoice, onText }: PickProps<T> & { found: readonly T[]; asChoice: (item: T) => Choice<T>; onText: (text: string) => void }) {
  const now = chosen === undefined ? undefined : asChoice(chosen);
  const choices = [...(now ? [now] : []), ...found.map(asChoice).filter((choice) => choice.value !== now?.value)];
  return (
    <ComboBox
      error={error}
      label={label}
      onChange={(value) => onChoose(choices.find((choice) => choice.value === value)?.item)}
      // What stands there because it was chosen is no search.
      onType={(text) => onText(choices.some((choice) => choice.label === text) ? "" : text.slice(0, 256))}
      options={choices.map(({ value, label: text, help: words }) => ({ value, label: text, ...(words === undefined ? {} : { help: words }) }))}
      placeholder="Type to search"
      value={now?.value ?? ""}
      {...(help === undefined ? {} : { help })}
    />
  );
}

type User = Schema<"StoredUser">;
/** A user of the tenant. */
export function PickUser(props: PickProps<User>) {
  const [search, setSearch] = useState("");
  const { items } = useSearch("/api/v1/users/search", { search, sort: "login" }, { limit: OFFERED });
  return <Pick {...props} asChoice={(item) => ({ value: item.id, label: item.login, help: [item.display_name, item.provider, item.active ? undefined : "inactive"].filter(Boolean).join(" · "), item })} found={items} onText={setSearch} />;
}

type Group = Schema<"StoredGroup">;
/** A group of the tenant. */
export function PickGroup(props: PickProps<Group>) {
  const [search, setSearch] = useState("");
  const { items } = useSearch("/api/v1/groups/search", { search, sort: "name" }, { limit: OFFERED });
  return <Pick {...props} asChoice={(item) => ({ value: item.id, label: item.name, help: item.provider, item })} found={items} onText={setSearch} />;
}

type Account = Schema<"StoredServiceAccountEntry">;
/** A service account of the tenant. */
export function PickAccount(props: PickProps<Account>) {
  const [search, setSearch] = useState("");
  const { items } = useSearch("/api/v1/service-accounts/search", { search, sort: "name" }, { limit: OFFERED });
  return <Pick {...props} asChoice={(item) => ({ value: item.id, label: item.name, ...(item.document.title ? { help: item.document.title } : {}), item })} found={items} onText={setSearch} />;
}

interface Named {
  name: string;
  title?: string | null | undefined;
}
const named = (item: Named) => ({ value: item.name, label: item.name, ...(item.title ? { help: item.title } : {}), item });

/** A role, by name: one of the tenant, or a shared one of `default`, which is typed. */
export function PickRole({ label, value, onChange, error }: { label: string; value: string; onChange: (name: string) => void; error?: string | undefined }) {
  const { items } = useSearch("/api/v1/roles/search", { sort: "name" }, { limit: 1000 });
  return <ComboBox error={error} free help="This tenant’s, or shared by default." label={label} onChange={onChange} placeholder="Type to search" options={items.map((role) => named({ name: role.name, title: role.document.title }))} value={value} />;
}

/** A team, by name. */
export function PickTeam({ label, value, onChange, error }: { label: string; value: string; onChange: (name: string) => void; error?: string | undefined }) {
  const { items } = useSearch("/api/v1/teams/search", { sort: "name" }, { limit: 1000 });
  return <ComboBox error={error} free help="This tenant’s, or shared by default." label={label} onChange={onChange} placeholder="Type to search" options={items.map((team) => named({ name: team.name, title: team.document.title }))} value={value} />;
}

/** A provider, by name: one that is configured, or `casemate` itself. */
export function PickProvider({ value, onChange, error }: { value: string; onChange: (name: string) => void; error?: string | undefined }) {
  const mayList = useAllowed("casemate.provider.list") === true;
  const { items } = useSearch("/api/v1/providers/search", { sort: "name" }, { limit: 1000, enabled: mayList });
  const options = [...items.map(({ name }) => ({ value: name, label: name })), { value: "casemate", label: "casemate", help: "Accounts that Casemate keeps itself" }];
  return <ComboBox error={error} free label="Provider" onChange={onChange} options={options} value={value} />;
}
