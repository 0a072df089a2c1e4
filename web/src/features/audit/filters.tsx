import { useState } from "react";
import { HALF_TYPED, isHalfTyped } from "../../access/when";
import { useMe } from "../../api";
import { tenantInUrl } from "../../api/tenant";
import { Button, ComboBox, Dialog, Icon, type Option, Select, TextField } from "../../ui";
import styles from "./audit.module.css";
import { ALL_BUT_READS, NOTHING, type Terms } from "./terms";
import { AREAS, KINDS, OUTCOMES, stamp, zoneName } from "./words";

const any = (words: readonly string[]): Option[] => [{ value: "any", label: "any" }, ...words.map((value) => ({ value, label: value }))];

const kinds = (chosen: string): Option[] => [
  { value: "any", label: "any" },
  { value: ALL_BUT_READS, label: "all but reads" },
  ...[...new Set([...KINDS, ...(chosen === "" || chosen === ALL_BUT_READS ? [] : [chosen])])].map((value) => ({ value, label: value })),
];

export const TIMES: Option[] = [
  { value: "any", label: "any time" },
  { value: "15m", label: "last 15 minutes" },
  { value: "1h", label: "last hour" },
  { value: "24h", label: "last 24 hours" },
  { value: "7d", label: "last 7 days" },
  { value: "30d", label: "last 30 days" },
];

type Set = (changes: Partial<Terms>) => void;

/** What is asked most: by outcome, kind and time. */
export function QuickFilters({ terms, set }: { terms: Terms; set: Set }) {
  const custom = terms.since !== "" || terms.until !== "";
  return (
    <>
      <Select inline label="Outcome" onChange={(outcome) => set({ outcome: outcome === "any" ? "" : outcome })} options={any(OUTCOMES)} value={terms.outcome || "any"} />
      <Select inline label="Kind" onChange={(kind) => set({ kind: kind === "any" ? "" : kind })} options={kinds(terms.kind)} value={terms.kind || "any"} />
      <Select
        inline
        label="Time"
        onChange={(range) => set({ range: range === "any" || range === "custom" ? "" : range, ...(range === "custom" ? {} : { since: "", until: "" }) })}
        options={custom ? [...TIMES, { value: "custom", label: "as chosen" }] : TIMES}
        value={terms.range || (custom ? "custom" : "any")}
      />
    </>
  );
}

const TITLES: Partial<Record<keyof Terms, string>> = {
  actor: "By",
  party: "By, for or about",
  subject: "About",
  action: "Action",
  area: "Area",
  resource: "Resource",
  reason: "Reason",
  client: "Address",
  request: "Request",
  application: "Application",
  tenant: "Tenant",
  value: "Personal value",
  since: "From",
  until: "Until",
  scope: "Scope",
};
const SCOPES: Record<string, string> = { installation: "the installation", everywhere: "all tenants" };

/** What else is sought, each with a button that forgets it. */
export function Chips({ terms, set, names }: { terms: Terms; set: Set; names: ReadonlyMap<string, string> }) {
  const said = Object.entries(TITLES).filter(([name]) => terms[name as keyof Terms] !== "");
  if (said.length === 0) return null;
  return (
    <ul aria-label="Filters" className={styles.chips}>
      {said.map(([name, title]) => {
        const value = terms[name as keyof Terms];
        const text = name === "since" || name === "until" ? stamp(value) : name === "scope" ? (SCOPES[value] ?? value) : (names.get(value) ?? value);
        return (
          <li key={name}>
            <span>{title}</span>
            <b title={value}>{text}</b>
            <button aria-label={`Remove ${title}: ${text}`} onClick={() => set({ [name]: "" })} type="button">
              <Icon name="x" size={12} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** A time as `datetime-local` takes it, in the zone of whoever looks. */
function local(at: string): string {
  if (at === "") return "";
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function absolute(text: string): string {
  const time = new Date(text);
  return text === "" || Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

/** Everything that events can be sought by. */
export function FilterDialog({ terms, set, onClose }: { terms: Terms; set: Set; onClose: () => void }) {
  const [form, setForm] = useState(terms);
  const change = (changes: Partial<Terms>) => setForm((now) => ({ ...now, ...changes }));
  const text = (name: keyof Terms, help?: string, mono = true) => <TextField help={help} label={TITLES[name] ?? name} maxLength={1024} mono={mono} onChange={(value) => change({ [name]: value.trim() })} value={form[name]} />;
  const isDefault = (tenantInUrl() ?? useMe().tenant) === "default";
  const [isHalf, setIsHalf] = useState(false);
  const half = isHalf ? HALF_TYPED : undefined;
  const apply = () => {
    if (isHalfTyped()) return setIsHalf(true);
    set({ ...form, ...(form.since !== "" || form.until !== "" ? { range: "" } : {}) });
    onClose();
  };
  return (
    <Dialog
      actions={
        <>
          <Button onPress={() => setForm({ ...NOTHING, search: form.search, sort: form.sort })}>Clear</Button>
          <Button kind="primary" type="submit">
            Show events
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={apply}
      open
      title="Filter events"
      wide
    >
      <div className={styles.form}>
        <TextField autoFocus help="The id of who did it." label="By" maxLength={1024} mono onChange={(actor) => change({ actor: actor.trim() })} value={form.actor} />
        {text("party", "An id, in whichever part: who did it, for whom, or about whom.")}
        {text("action", "casemate.role.update, or casemate.role.* of all that begin so.")}
        {text("resource", "role:rol_1 of one, role of all of that type.")}
        <ComboBox free label="Area" onChange={(area) => change({ area })} options={AREAS.map((value) => ({ value, label: value }))} value={form.area} />
        {text("reason", "A code such as no_permission.")}
        {text("client", "192.0.2.7")}
        {text("request", "The id that stands in answers and logs.")}
        {text("application")}
        {text("value", "A login or e-mail address, whole: events keep a keyed hash of it, by which they are found.")}
        <TextField error={half} help={`In your time zone, ${zoneName()}.`} label="From" onChange={(since) => change({ since: absolute(since) })} type="datetime-local" value={local(form.since)} />
        <TextField error={half} help={`In your time zone, ${zoneName()}.`} label="Until" onChange={(until) => change({ until: absolute(until) })} type="datetime-local" value={local(form.until)} />
        {isDefault && (
          <Select
            help="Of others than this tenant, for those who may see them."
            label="Scope"
            onChange={(scope) => change({ scope: scope === "tenant" ? "" : scope })}
            options={[
              { value: "tenant", label: "this tenant" },
              { value: "installation", label: "the installation: sign-ins, providers, blocks" },
              { value: "everywhere", label: "all tenants and the installation" },
            ]}
            value={form.scope || "tenant"}
          />
        )}
        {isDefault && text("tenant", "Events of another tenant.")}
      </div>
    </Dialog>
  );
}
