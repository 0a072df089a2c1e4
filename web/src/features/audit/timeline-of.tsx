import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PickUser } from "../../access/pick";
import { api, got, useAllowed } from "../../api";
import { Button, Select, TextField } from "../../ui";
import type { DEFAULTS } from "./timeline";
import styles from "./timeline.module.css";

type Of = typeof DEFAULTS;

/** Whose timeline: of a user by name, of anybody by id, or of a thing. */
export function Chosen({ state, onChoose }: { state: Of; onChoose: (changes: Partial<Of>) => void }) {
  const maySearch = useAllowed("casemate.user.list") === true;
  const isUser = state.identity === "" || state.identity.startsWith("usr_");
  const [asked, setAsked] = useState<string | undefined>();
  const kind = asked ?? (state.type !== "" ? "thing" : maySearch && isUser && state.login === "" ? "user" : "anybody");
  return (
    <div className={styles.chosen}>
      <Select
        label="Of"
        onChange={setAsked}
        options={[
          ...(maySearch ? [{ value: "user", label: "A user" }] : []),
          { value: "anybody", label: "Anybody, by id" },
          { value: "thing", label: "A thing" },
        ]}
        value={kind}
      />
      {kind === "user" ? <User identity={state.identity} onChoose={(identity) => onChoose({ identity, login: "", type: "", id: "" })} /> : <ById isThing={kind === "thing"} onChoose={onChoose} state={state} />}
    </div>
  );
}

/** Shows the timeline as soon as somebody is chosen. */
function User({ identity, onChoose }: { identity: string; onChoose: (identity: string) => void }) {
  const mayRead = useAllowed("casemate.user.read") === true;
  const chosen = useQuery({
    queryKey: ["/api/v1/users/{id}", identity],
    enabled: mayRead && identity.startsWith("usr_"),
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id: identity } }, signal })),
  });
  return <PickUser chosen={identity === "" ? undefined : chosen.data} key={chosen.data?.id ?? ""} label="User" onChoose={(user) => user !== undefined && onChoose(user.id)} />;
}

function ById({ isThing, state, onChoose }: { isThing: boolean; state: Of; onChoose: (changes: Partial<Of>) => void }) {
  const [form, setForm] = useState({ identity: state.identity, type: state.type, id: state.id, login: state.login });
  const change = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const isReady = isThing ? form.type.trim() !== "" && form.id.trim() !== "" : form.identity.trim() !== "";
  return (
    <form
      className={styles.byId}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onChoose(isThing ? { identity: "", login: "", type: form.type.trim(), id: form.id.trim() } : { identity: form.identity.trim(), login: form.login.trim(), type: "", id: "" });
      }}
    >
      {isThing ? (
        <>
          <TextField label="Type" maxLength={1024} mono onChange={(type) => change({ type })} placeholder="role" value={form.type} />
          <TextField label="Id" maxLength={1024} mono onChange={(id) => change({ id })} placeholder="rol_…" value={form.id} />
        </>
      ) : (
        <>
          <TextField label="Id" maxLength={1024} mono onChange={(identity) => change({ identity })} placeholder="usr_…, sva_…, or as a provider says it" value={form.identity} />
          <TextField label="Earlier login" maxLength={1024} onChange={(login) => change({ login })} optional value={form.login} />
        </>
      )}
      <Button disabled={!isReady} type="submit">
        Show
      </Button>
    </form>
  );
}
