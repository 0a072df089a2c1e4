import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, got, useAllowed, useSearch } from "../../api";
import { ComboBox, type Option, Select, TextField } from "../../ui";
import { whoOf, whoText } from "./question";

const KINDS = [
  { value: "user", label: "User" },
  { value: "service", label: "Service account" },
  { value: "anonymous", label: "Anonymous", help: "Whoever shows no credential" },
  { value: "other", label: "Another type", help: "As the provider calls it" },
];

interface Props {
  value: string;
  onChange: (who: string) => void;
  error?: string | undefined;
}

/** Whom a question is about: found by typing, or said by type and id. */
export function Who({ value, onChange, error }: Props) {
  const { type, id } = whoOf(value === "" ? "user" : value);
  const kind = KINDS.some((one) => one.value === type) && type !== "other" ? type : "other";
  const set = (nextId: string) => onChange(whoText({ type, id: nextId }));
  return (
    <>
      <Select label="Who" onChange={(next) => onChange(next === "other" ? "api-key" : next)} options={KINDS} value={kind} />
      {kind === "user" && <UserField error={error} onChange={set} value={id} />}
      {kind === "service" && <ServiceField error={error} onChange={set} value={id} />}
      {kind === "other" && (
        <>
          <TextField label="Type" mono onChange={(next) => onChange(whoText({ type: next.replaceAll(":", ""), id }))} value={type} />
          <TextField error={error} label="Id" mono onChange={set} value={id} />
        </>
      )}
    </>
  );
}

interface FieldProps {
  value: string;
  onChange: (id: string) => void;
  error?: string | undefined;
}

function UserField({ value, onChange, error }: FieldProps) {
  const mayList = useAllowed("casemate.user.list") === true;
  const mayRead = useAllowed("casemate.user.read") === true;
  const [typed, setTyped] = useState("");
  const known = useQuery({
    queryKey: ["/api/v1/users/{id}", value],
    enabled: mayRead && value.startsWith("usr_"),
    retry: false,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id: value } }, signal })),
  });
  const found = useSearch("/api/v1/users/search", { search: typed.startsWith("usr_") ? "" : typed.replace(/ · .*/, ""), sort: "login" }, { enabled: mayList, limit: 20 });
  const seen = useRef(new Map<string, Option>());
  const listed = [...(known.data ? [known.data] : []), ...found.items].map((user): Option => ({ value: user.subject && user.provider !== "casemate" ? user.subject : user.id, label: user.login, help: [user.display_name, user.provider].filter(Boolean).join(", ") }));
  for (const option of listed) seen.current.set(option.value, option);
  // Whoever is chosen stays among the options while others are searched for: the field would show their id in between.
  const chosen = seen.current.get(value);
  const options = [...(chosen ? [chosen] : []), ...listed.filter((option, index) => option.value !== value && listed.findIndex((other) => other.value === option.value) === index)];
  return <ComboBox error={error} free help="By login or name; or their id at the provider." label="User" onChange={onChange} onType={setTyped} options={options} value={value} />;
}

function ServiceField({ value, onChange, error }: FieldProps) {
  const mayList = useAllowed("casemate.service-account.list") === true;
  const found = useSearch("/api/v1/service-accounts/search", { sort: "name" }, { enabled: mayList, limit: 1000 });
  const options = found.items.map((account) => ({ value: account.id, label: account.name, ...(account.document.title ? { help: account.document.title } : {}) }));
  return <ComboBox error={error} free help="By name, or its id." label="Service account" onChange={onChange} options={options} value={value} />;
}
