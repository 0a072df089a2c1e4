import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, ifMatch } from "../api";
import { Button, Dialog, ErrorNotice, FieldRow, KeyValue, Select, TextField, toast } from "../ui";
import { whatName } from "./assignment-state";
import { Holder, holderName } from "./holder";
import { PickAccount, PickGroup, PickProvider, PickRole, PickTeam, PickUser } from "./pick";
import styles from "./assign.module.css";
import { EndField, HALF_TYPED, NO_MOMENT, asMoment, isHalfTyped } from "./when";

type Document = Schema<"AssignmentEntry">;
type Target = Document["to"];

/** What an assignment that is to be made begins with. */
export interface Given {
  to?: Target;
  role?: string;
  team?: string;
  /** What whoever it is for is called, where `to` says only their id. */
  name?: string;
}

const KINDS = [
  { value: "user", label: "A user", help: "Of this tenant's directory" },
  { value: "group", label: "A group", help: "Each of its members holds it" },
  { value: "service", label: "A service account", help: "Its API keys may do it" },
  { value: "other", label: "Somebody at a provider", help: "By the id in its tokens; they need not be known yet" },
  { value: "claimed", label: "A group at a provider", help: "By its name in tokens; it need not be in the directory" },
  { value: "anonymous", label: "Whoever is not signed in", help: "Everybody on the network" },
];

/** Makes an assignment: a role or a team, for somebody, for a time. */
export function Assign({ given = {}, onClose }: { given?: Given; onClose: () => void }) {
  const [what, setWhat] = useState({ kind: given.team === undefined ? "role" : "team", name: given.role ?? given.team ?? "" });
  const [kind, setKind] = useState("user");
  const [user, setUser] = useState<Schema<"StoredUser"> | undefined>();
  const [group, setGroup] = useState<Schema<"StoredGroup"> | undefined>();
  const [account, setAccount] = useState<Schema<"StoredServiceAccountEntry"> | undefined>();
  const [other, setOther] = useState({ provider: "", id: "" });
  const [from, setFrom] = useState("");
  const [isHalf, setIsHalf] = useState(false);
  const [until, setUntil] = useState<string | undefined>();
  const [reason, setReason] = useState("");
  const queries = useQueryClient();

  const target = (): Target | undefined => {
    if (given.to) return given.to;
    if (kind === "anonymous") return { type: "anonymous" };
    if (kind === "group") return group && { provider: group.provider, group: group.name };
    if (kind === "service") return account && { provider: "casemate", type: "service", id: account.id };
    // The same name at two providers is two: one is always named, so that nobody else is meant when another is added.
    if (other.provider.trim() === "" && (kind === "other" || kind === "claimed")) return undefined;
    if (kind === "other") return other.id.trim() === "" ? undefined : { id: other.id.trim(), provider: other.provider.trim() };
    if (kind === "claimed") return other.id.trim() === "" ? undefined : { group: other.id.trim(), provider: other.provider.trim() };
    return user && { provider: user.provider, ...(user.subject ? { id: user.subject } : { login: user.login }) };
  };
  const to = target();
  const save = useMutation({
    mutationFn: async (holder: Target) => {
      const name = what.name.trim();
      const moment = asMoment(from);
      const body: Document = { to: holder, ...(what.kind === "team" ? { team: name } : { role: name }), ...(moment ? { from: moment } : {}), ...(until ? { until } : {}), ...(reason.trim() === "" ? {} : { reason: reason.trim() }) };
      return got(await api.POST("/api/v1/assignments", { body }));
    },
    onSuccess: (made) => {
      const read = () => Promise.all(["/api/v1/assignments/search", "/api/v1/access-review/search", "/api/v1/identities/{id}/permissions"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      void read();
      onClose();
      const holder = given.name ?? (kind === "user" && user ? user.login : kind === "service" && account ? account.name : holderName(made.document.to));
      toast(`${whatName(made.document)} was assigned to ${holder}`, {
        undo: async () => {
          await api.DELETE("/api/v1/assignments/{id}", { params: { path: { id: made.id }, header: ifMatch(made) } });
          void read();
        },
      });
    },
  });
  const isReady = to !== undefined && what.name.trim() !== "" && until !== NO_MOMENT;
  const run = () => {
    if (to === undefined || !isReady || save.isPending) return;
    const half = isHalfTyped();
    setIsHalf(half);
    if (!half) save.mutate(to);
  };
  const isGivenWhat = given.role !== undefined || given.team !== undefined;
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={save.isPending} type="submit">
            Assign
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={isGivenWhat ? `Assign ${what.kind === "team" ? "team " : ""}${what.name}` : given.to ? `Assign to ${given.name ?? holderName(given.to)}` : "New assignment"}
    >
      {!isGivenWhat && (
        <div className={styles.pair}>
          <Select
            label="What"
            onChange={(next) => setWhat({ kind: next, name: "" })}
            options={[
              { value: "role", label: "A role" },
              { value: "team", label: "A team", help: "All of its roles" },
            ]}
            value={what.kind}
          />
          {what.kind === "role" ? (
            <PickRole error={save.error?.at("/role")} label="Role" onChange={(name) => setWhat({ ...what, name })} value={what.name} />
          ) : (
            <PickTeam error={save.error?.at("/team")} label="Team" onChange={(name) => setWhat({ ...what, name })} value={what.name} />
          )}
        </div>
      )}
      {given.to ? (
        <KeyValue entries={[["For", <Holder key="to" to={given.to} />]]} />
      ) : (
        <>
          <Select label="For" onChange={setKind} options={KINDS} value={kind} />
          {kind === "user" && <PickUser chosen={user} error={save.error?.at("/to")} label="User" onChoose={setUser} />}
          {kind === "group" && <PickGroup chosen={group} error={save.error?.at("/to/group")} label="Group" onChoose={setGroup} />}
          {kind === "service" && <PickAccount chosen={account} error={save.error?.at("/to/id")} label="Service account" onChoose={setAccount} />}
          {(kind === "other" || kind === "claimed") && (
            <FieldRow>
              <PickProvider error={save.error?.at("/to/provider")} onChange={(provider) => setOther({ ...other, provider })} value={other.provider} />
              <TextField
                error={save.error?.at(kind === "other" ? "/to/id" : "/to/group")}
                label={kind === "other" ? "Id at the provider" : "Group, as tokens name it"}
                maxLength={1024}
                mono
                onChange={(id) => setOther({ ...other, id })}
                required
                value={other.id}
              />
            </FieldRow>
          )}
        </>
      )}
      <FieldRow>
        <TextField
          error={isHalf ? HALF_TYPED : save.error?.at("/from")}
          help="At once, where nothing is said. In your time zone."
          label="Begins"
          onChange={(text) => {
            setFrom(text);
            setIsHalf(false);
          }}
          optional
          type="datetime-local"
          value={from}
        />
        <EndField error={save.error?.at("/until")} label="Ends" onChange={setUntil} value={until} />
      </FieldRow>
      <TextField error={save.error?.at("/reason")} help="Stands beside the assignment, and in access reviews." label="Reason" maxLength={1024} onChange={setReason} optional value={reason} />
      <ErrorNotice error={save.error} onRetry={run} />
    </Dialog>
  );
}
