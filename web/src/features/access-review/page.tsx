import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, Checkbox, type Column, EmptyState, ExportMenu, Filters, Icon, Link, Notice, Page, SearchField, Select, Stat, Status, Table, Time, useFragmentState } from "../../ui";
import styles from "./access-review.module.css";
import type { Entry, Outcome } from "./act";
import { certificateOf, isWithin } from "./certificate";
import { Decide } from "./decide";

const DEFAULTS = { search: "", state: "in_force", type: "", role: "", look: "", since: "90", show: "", sort: "-created_at" };

const DAY = 86_400_000;

/** Who holds what, to be certified or revoked. */
export function AccessReviewPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asks, setAsks] = useState<"Certified" | "Revoked" | undefined>();
  const [failed, setFailed] = useState<Outcome[]>([]);
  const mayUpdate = useAllowed("casemate.assignment.update") === true;
  const queries = useQueryClient();
  const list = useSearch("/api/v1/access-review/search", {
    search: state.search,
    sort: state.sort as Schema<"AccessReviewOrder">,
    type: state.type,
    role: state.role,
    ...(state.state === "" ? {} : { state: state.state as Schema<"State"> }),
    ...(state.look.startsWith("unused") ? { unused_days: Number(state.look.slice(6)) } : {}),
    ...(state.look.startsWith("expiring") ? { expiring_days: Number(state.look.slice(8)) } : {}),
  });
  const cut = new Date(Date.now() - Number(state.since) * DAY).toISOString().slice(0, 10);
  const today = new Date().toISOString().slice(0, 10);
  const isCertified = (entry: Entry) => {
    const found = certificateOf(entry.reason);
    return found?.verb === "Certified" && isWithin(found.day, cut, today);
  };
  const assignments = new Map(list.items.map((entry) => [entry.assignment, entry]));
  const certified = [...assignments.values()].filter(isCertified).length;
  const shown = state.show === "" ? list.items : list.items.filter((entry) => isCertified(entry) === (state.show === "certified"));
  // What a filter hides is not acted on.
  const visible = new Set(shown.map((entry) => entry.assignment));
  const picked = [...chosen].filter((id) => visible.has(id));
  const toggle = (id: string) => setChosen((now) => new Set(now.has(id) ? [...now].filter((one) => one !== id) : [...now, id]));
  const open = [...new Set(shown.map((entry) => entry.assignment))];
  const isFiltered = ["search", "type", "role", "look", "show"].some((name) => state[name as keyof typeof state] !== "") || state.state !== DEFAULTS.state;
  const forget = () => setState({ search: "", type: "", role: "", look: "", show: "", state: DEFAULTS.state });
  const columns: Column<Entry>[] = [
    ...(mayUpdate ? [{ id: "choose", title: "Choose", width: "64px", plain: true, cell: (entry: Entry) => <Checkbox label={`Choose what ${nameOf(entry)} holds`} onChange={() => toggle(entry.assignment)} selected={chosen.has(entry.assignment)} /> }] : []),
    { id: "holder", title: "Who", width: "1.6fr", plain: true, cell: (entry) => <Holder entry={entry} /> },
    { id: "what", title: "Holds", width: "1.5fr", wrap: true, cell: (entry) => <What entry={entry} /> },
    { id: "granted", title: "Since", width: "100px", sort: "created_at", cell: (entry) => <Time value={entry.since} /> },
    { id: "used", title: "Last seen", width: "105px", cell: (entry) => <Time none={entry.holder.type === "group" ? "–" : "Unknown"} value={entry.last_used} /> },
    { id: "until", title: "Ends", width: "100px", cell: (entry) => <Time none="No end" value={entry.until} /> },
    { id: "review", title: "Note in the reason", width: "1.5fr", wrap: true, cell: (entry) => <Review entry={entry} /> },
  ];
  const readAnew = () => {
    for (const key of ["/api/v1/access-review/search", "/api/v1/assignments/search", "/api/v1/assignments/{id}"]) void queries.invalidateQueries({ queryKey: [key] });
  };
  return (
    <Page description="Who holds what, since when and through what: certify what is still needed, revoke what is not." title="Access review">
      <div className={styles.progress}>
        <Stat label={`Noted as certified within ${state.since} days`} note={list.hasMore ? `of ${assignments.size} assignments read so far` : `of ${assignments.size} assignments`} value={certified} />
        <progress aria-label="Noted as certified" className={styles.bar} max={Math.max(1, assignments.size)} value={certified} />
        <Select
          inline
          label="Counts for"
          onChange={(since) => setState({ since })}
          options={[
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
            { value: "180", label: "180 days" },
            { value: "365", label: "a year" },
          ]}
          value={state.since}
        />
      </div>
      <Filters end={<ExportMenu asked={list.asked} name="access-review" />} onReset={isFiltered ? forget : undefined}>
        <SearchField label="Search id, login or name" onChange={(search) => setState({ search })} value={state.search} />
        <Choice label="State" onChange={(next) => setState({ state: next })} options={[["", "any"], ["in_force", "in force"], ["not_yet", "not yet"], ["over", "over"]]} value={state.state} />
        <Choice label="Who" onChange={(type) => setState({ type })} options={[["", "any"], ["user", "users"], ["group", "groups"], ["service", "service accounts"]]} value={state.type} />
        <Choice label="Look at" onChange={(look) => setState({ look })} options={[["", "all"], ["unused30", "unused 30 days"], ["unused90", "unused 90 days"], ["expiring14", "ending in 14 days"]]} value={state.look} />
        <Choice label="Review" onChange={(show) => setState({ show })} options={[["", "any"], ["open", "open"], ["certified", "certified"]]} value={state.show} />
        {state.role !== "" && <Badge>role {state.role}</Badge>}
      </Filters>
      {mayUpdate && (
        <div aria-label="What is chosen" className={styles.actions} role="group">
          <span role="status">{picked.length === 0 ? "Nothing is chosen" : `${picked.length} ${picked.length === 1 ? "assignment" : "assignments"} chosen`}</span>
          <Button disabled={open.length === 0} kind="quiet" onPress={() => setChosen(new Set(picked.length === open.length ? [] : open))} small>
            {picked.length === open.length && open.length > 0 ? "Choose none" : `Choose all ${open.length} shown`}
          </Button>
          <Button disabled={picked.length === 0} icon="check" kind="primary" onPress={() => setAsks("Certified")} small>
            Certify
          </Button>
          <Button disabled={picked.length === 0} icon="ban" onPress={() => setAsks("Revoked")} small>
            Revoke
          </Button>
        </div>
      )}
      {failed.length > 0 && (
        <Notice actions={<Button onPress={() => setFailed([])} small>Dismiss</Button>} kind="deny" title={`${failed.length} could not be changed`}>
          <ul className={styles.failed}>
            {failed.map(({ id, error }) => {
              const entry = assignments.get(id);
              return (
                <li key={id}>
                  {entry ? `${nameOf(entry)}, ${heldOf(entry)}` : id}: {error?.title}
                  {error?.detail && ` – ${error.detail}`}
                  {error?.requestId && <small> Request {error.requestId}</small>}
                </li>
              );
            })}
          </ul>
        </Notice>
      )}
      <Table
        columns={columns}
        empty={
          <EmptyState actions={isFiltered && <Button onPress={forget}>Clear filters</Button>} icon="eye" title={isFiltered ? "Nothing fits" : "Nobody holds anything"}>
            {isFiltered ? "Nothing that is held has what you look for." : "Assign roles or teams to people, groups or service accounts first."}
          </EmptyState>
        }
        label="Access review"
        list={{ ...list, items: shown }}
        onSort={(sort) => setState({ sort })}
        rowId={(entry) => JSON.stringify([entry.assignment, entry.holder, entry.group])}
        sort={state.sort}
        {...(mayUpdate ? { onOpen: (entry: Entry) => toggle(entry.assignment) } : {})}
      />
      <p className={styles.note}>
        Casemate has no record of reviews of its own. What is shown as certified is a note in the reason of the assignment: whoever may change the assignment can write one, so it proves nothing by itself. Who changed an assignment, and when, is in the audit trail. Revoking ends an assignment now and keeps it on record.
      </p>
      <Decide
        entries={list.items.filter((entry) => picked.includes(entry.assignment))}
        hasMore={list.hasMore}
        ids={picked}
        onClose={() => setAsks(undefined)}
        onDone={(outcomes) => {
          setFailed(outcomes.filter(({ error }) => error));
          setChosen(new Set(outcomes.filter(({ error }) => error).map(({ id }) => id)));
          readAnew();
        }}
        onTakenBack={readAnew}
        verb={asks}
      />
    </Page>
  );
}

function Choice({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return <Select inline label={label} onChange={(next) => onChange(next === "any" ? "" : next)} options={options.map(([name, text]) => ({ value: name || "any", label: text }))} value={value || "any"} />;
}

export function nameOf({ holder }: Entry): string {
  return holder.login ?? holder.display_name ?? holder.id ?? holder.type;
}

export function heldOf({ role, team, group }: Entry): string {
  return [role ? `role ${role}` : `team ${team}`, group && `through group ${group}`].filter(Boolean).join(" ");
}

function Holder({ entry }: { entry: Entry }) {
  const { holder } = entry;
  const isUser = holder.type === "user" && holder.id?.startsWith("usr_");
  return (
    <span className={styles.holder}>
      <Icon name={holder.type === "group" ? "group" : holder.type === "service" ? "robot" : "user"} />
      <span>
        {isUser ? <Link to={`/users/${holder.id}`}>{nameOf(entry)}</Link> : nameOf(entry)}
        {holder.type === "group" && <small className={styles.small}>group of {holder.provider || "no provider"}</small>}
        {holder.display_name && holder.login && <small className={styles.small}>{holder.display_name}</small>}
      </span>
    </span>
  );
}

function What({ entry }: { entry: Entry }) {
  const { role, team, group, roles, state } = entry;
  const others = roles.filter((name) => name !== role);
  return (
    <span>
      {role ? <Link to={`/roles#search=${encodeURIComponent(role)}`}>{role}</Link> : <Link to={`/teams#search=${encodeURIComponent(team ?? "")}`}>team {team}</Link>} {state !== "in_force" && (state === "over" ? <Status state="expired">Over</Status> : <Badge icon="clock">Not yet</Badge>)}
      {group && <small className={styles.small}>through group {group}</small>}
      {others.length > 0 && <small className={styles.small}>with {others.join(", ")}</small>}
    </span>
  );
}

/** What the assignment's reason says of a review: a note, which whoever may change the assignment can write. */
function Review({ entry }: { entry: Entry }) {
  const found = certificateOf(entry.reason);
  if (!found) return <span className={styles.small}>{entry.reason ?? "No reason given"}</span>;
  return (
    <span>
      The reason says: {found.verb} {found.day}
      <small className={styles.small}>
        by {found.by}
        {found.note && `: ${found.note}`}
      </small>
    </span>
  );
}
