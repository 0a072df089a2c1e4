import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Badge, Button, Checkbox, type Column, EmptyState, ExportMenu, Filters, LinkButton, Notice, Page, SearchField, Select, Table, Time, useFragmentState } from "../../ui";
import styles from "./access-review.module.css";
import type { Decision, Entry, Outcome } from "./act";
import { Holder, Review, What } from "./cells";
import { Decide } from "./decide";
import { Progress } from "./progress";
import { heldOf, nameOf, startOf, whyNot } from "./words";

const DEFAULTS = { search: "", state: "in_force", type: "", role: "", look: "", since: "90", show: "", sort: "-created_at" };

/** An outcome, and what it is of as it was read then. */
interface Failed {
  outcome: Outcome;
  entry: Entry | undefined;
}

/** Who holds what, to be certified or revoked. */
export function AccessReviewPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  /** The revision of each assignment that was chosen, as it was on the screen then. */
  const [chosen, setChosen] = useState<ReadonlyMap<string, Entry["revision"]>>(new Map());
  const [asks, setAsks] = useState<{ decision: Decision; entries: Entry[] } | undefined>();
  const [failed, setFailed] = useState<Failed[]>([]);
  const mayUpdate = useAllowed("casemate.assignment.update") === true;
  const queries = useQueryClient();
  const since = startOf(state.since, Date.now());
  const list = useSearch("/api/v1/access-review/search", {
    search: state.search,
    sort: state.sort as Schema<"AccessReviewOrder">,
    type: state.type,
    role: state.role,
    ...(state.state === "" ? {} : { state: state.state as Schema<"State"> }),
    ...(state.look.startsWith("unused") ? { unused_days: Number(state.look.slice(6)) } : {}),
    ...(state.look.startsWith("expiring") ? { expiring_days: Number(state.look.slice(8)) } : {}),
    ...(state.show === "open" ? { not_reviewed_since: since } : {}),
    ...(state.show === "reviewed" ? { reviewed_since: since } : {}),
    ...(state.show === "changed" ? { changed_since_review: true } : {}),
  });
  const assignments = new Map<string, Entry>();
  for (const entry of list.items) if (!assignments.has(entry.assignment)) assignments.set(entry.assignment, entry);
  // What is not shown, or changed since it was chosen, is not acted on.
  const isPicked = (id: string) => chosen.has(id) && assignments.get(id)?.revision === chosen.get(id);
  const picked = [...chosen.keys()].filter(isPicked);
  const choose = (entries: Iterable<Entry>) => setChosen(new Map(Array.from(entries, ({ assignment, revision }) => [assignment, revision])));
  const toggle = ({ assignment, revision }: Entry) => setChosen((now) => (isPicked(assignment) ? new Map([...now].filter(([id]) => id !== assignment)) : new Map([...now, [assignment, revision]])));
  const open = [...assignments.keys()];
  const isFiltered = ["search", "type", "role", "look", "show"].some((name) => state[name as keyof typeof state] !== "") || state.state !== DEFAULTS.state;
  const forget = () => setState({ search: "", type: "", role: "", look: "", show: "", state: DEFAULTS.state });
  // Of what is on the screen now, and of no later reading: that is what the reviewer saw.
  const ask = (decision: Decision) => setAsks({ decision, entries: picked.map((id) => assignments.get(id)).filter((entry) => entry !== undefined) });
  const columns: Column<Entry>[] = [
    ...(mayUpdate ? [{ id: "choose", title: "Choose", corner: true, width: "64px", cell: (entry: Entry) => <Checkbox label={`Choose what ${nameOf(entry)} holds`} onChange={() => toggle(entry)} selected={isPicked(entry.assignment)} /> }] : []),
    { id: "holder", title: "Who", width: "1.6fr", plain: true, cell: (entry) => <Holder entry={entry} /> },
    { id: "what", title: "Holds", width: "1.5fr", wrap: true, cell: (entry) => <What entry={entry} /> },
    { id: "granted", title: "Since", width: "100px", sort: "created_at", cell: (entry) => <Time value={entry.since} /> },
    { id: "used", title: "Last seen", width: "105px", cell: (entry) => <Time none={entry.holder.type === "group" ? "–" : "Unknown"} value={entry.last_used} /> },
    { id: "until", title: "Ends", width: "100px", cell: (entry) => <Time none="No end" value={entry.until} /> },
    { id: "review", title: "Last review", width: "1.5fr", wrap: true, cell: (entry) => <Review entry={entry} /> },
  ];
  const readAnew = () => {
    for (const path of ["/api/v1/access-review/search", "/api/v1/access-review/progress", "/api/v1/access-review/decisions/search", "/api/v1/assignments/search", "/api/v1/assignments/{id}"]) void queries.invalidateQueries({ queryKey: [path] });
  };
  const told = (outcomes: Outcome[]) => {
    const wrong = outcomes.filter(({ outcome }) => outcome !== "done");
    setFailed(wrong.map((outcome) => ({ outcome, entry: asks?.entries.find(({ assignment }) => assignment === outcome.assignment) })));
    // What changed has to be looked at before it is chosen again; what was not reached stays chosen.
    const settled = new Set(outcomes.filter(({ outcome }) => outcome !== "refused").map(({ assignment }) => assignment));
    setChosen((now) => new Map([...now].filter(([id]) => !settled.has(id))));
    readAnew();
  };
  return (
    <Page
      actions={
        <LinkButton icon="history" to="/access-review/record">
          Record
        </LinkButton>
      }
      description="Who holds what, since when and through what: certify what is still needed, revoke what is not."
      title="Access review"
    >
      <Progress days={state.since} onDays={(next) => setState({ since: next })} since={since} />
      <Filters end={<ExportMenu asked={list.asked} name="access-review" />} onReset={isFiltered ? forget : undefined}>
        <SearchField label="Search id, login or name" onChange={(search) => setState({ search })} value={state.search} />
        <Choice label="State" onChange={(next) => setState({ state: next })} options={[["", "any"], ["in_force", "in force"], ["not_yet", "not yet"], ["over", "over"]]} value={state.state} />
        <Choice label="Who" onChange={(type) => setState({ type })} options={[["", "any"], ["user", "users"], ["group", "groups"], ["service", "service accounts"]]} value={state.type} />
        <Choice label="Look at" onChange={(look) => setState({ look })} options={[["", "all"], ["unused30", "unused 30 days"], ["unused90", "unused 90 days"], ["expiring14", "ending in 14 days"]]} value={state.look} />
        <Choice label="Review" onChange={(show) => setState({ show })} options={[["", "any"], ["open", "to be reviewed"], ["changed", "changed since"], ["reviewed", "reviewed"]]} value={state.show} />
        {state.role !== "" && <Badge>role {state.role}</Badge>}
      </Filters>
      {mayUpdate && (
        <div aria-label="What is chosen" className={styles.actions} role="group">
          <span role="status">{picked.length === 0 ? "Nothing is chosen" : `${picked.length} ${picked.length === 1 ? "assignment" : "assignments"} chosen`}</span>
          <Button disabled={open.length === 0} kind="quiet" onPress={() => choose(picked.length === open.length ? [] : assignments.values())} small>
            {picked.length === open.length && open.length > 0 ? "Choose none" : `Choose all ${open.length} shown`}
          </Button>
          <Button disabled={picked.length === 0} icon="check" kind="primary" onPress={() => ask("certified")} small>
            Certify
          </Button>
          <Button disabled={picked.length === 0} icon="ban" onPress={() => ask("revoked")} small>
            Revoke
          </Button>
        </div>
      )}
      {failed.length > 0 && (
        <Notice actions={<Button onPress={() => setFailed([])} small>Dismiss</Button>} kind="deny" title={`${failed.length} ${failed.length === 1 ? "was" : "were"} not decided`}>
          <ul className={styles.failed}>
            {failed.map(({ outcome, entry }) => (
              <li key={outcome.assignment}>
                {entry ? `${nameOf(entry)}, ${heldOf(entry)}` : outcome.assignment}: {whyNot(outcome)}
              </li>
            ))}
          </ul>
          {failed.some(({ outcome }) => outcome.outcome === "refused") && <p className={styles.note}>What was refused is still chosen, and can be tried again.</p>}
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
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(entry) => JSON.stringify([entry.assignment, entry.holder, entry.group])}
        sort={state.sort}
        {...(mayUpdate ? { onOpen: toggle } : {})}
      />
      <p className={styles.note}>
        A certificate is of an assignment as it was: where the assignment, its team or one of its roles changes, it holds no longer. Whoever comes into a group holds by it what was certified for the group. Every decision stays in the record, and in the audit trail.
      </p>
      <Decide
        chosen={asks?.entries ?? []}
        decision={asks?.decision}
        entries={list.items.filter((entry) => asks?.entries.some(({ assignment }) => assignment === entry.assignment))}
        hasMore={list.hasMore || isFiltered}
        onClose={() => setAsks(undefined)}
        onDone={told}
        onTakenBack={readAnew}
      />
    </Page>
  );
}

function Choice({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return <Select inline label={label} onChange={(next) => onChange(next === "any" ? "" : next)} options={options.map(([name, text]) => ({ value: name || "any", label: text }))} value={value || "any"} />;
}
