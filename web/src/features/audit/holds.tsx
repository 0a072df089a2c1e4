import { HALF_TYPED, isHalfTyped } from "../../access/when";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { Button, type Column, ConfirmDialog, Dialog, EmptyState, ErrorNotice, ExportMenu, Filters, IconButton, Id, Link, Notice, Page, SearchField, Skeleton, Table, TextField, Time, toast, useFragmentState, useKey } from "../../ui";
import styles from "./audit.module.css";
import { eventsLink, resourceOf } from "./terms";
import { events, zoneName } from "./words";

type Hold = Schema<"AuditHold">;
const DEFAULTS = { search: "", sort: "-created_at" };
const LIST = ["/api/v1/audit-holds/search"];

/** How many events a search as it is typed covers, in all tenants. */
function useCovered(search: string, enabled = true) {
  return useQuery({
    queryKey: ["covered", search],
    enabled,
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }) => got(await api.POST("/api/v1/audit-events/count", { body: { at_most: 100_000, search: { everywhere: true, ...(search === "" ? {} : { search }) } }, signal })),
  });
}

/** Legal holds: what is neither erased nor pruned, however old it is. */
export function HoldListPage() {
  const [state, set] = useFragmentState(DEFAULTS);
  const [isPlacing, setIsPlacing] = useState(false);
  const [lifting, setLifting] = useState<Hold | undefined>();
  const mayPlace = useAllowed("casemate.audit-hold.create") === true;
  const mayLift = useAllowed("casemate.audit-hold.lift") === true;
  const list = useSearch("/api/v1/audit-holds/search", { search: state.search, sort: state.sort as Schema<"AgeOrder"> });
  const place = () => mayPlace && setIsPlacing(true);
  useKey("c", place);
  const columns: Column<Hold>[] = [
    { id: "reason", title: "Why", width: "2fr", wrap: true, cell: (hold) => <span>{hold.reason}</span> },
    { id: "search", title: "Covers", width: "2.2fr", wrap: true, cell: (hold) => (hold.search === "" ? "All events" : <Link to={eventsLink({ search: hold.search, scope: "everywhere" })}><code>{hold.search}</code></Link>) },
    { id: "by", title: "Placed by", width: "1.2fr", cell: (hold) => <Id copy={false} value={hold.created_by.split(/[\s/:]+/).pop() ?? hold.created_by} /> },
    { id: "at", title: "Since", width: "130px", sort: "created_at", cell: (hold) => <Time value={hold.created_at} /> },
    ...(mayLift ? [{ id: "do", title: "", width: "44px", end: true, cell: (hold: Hold) => <IconButton icon="unlock" label={`Lift ${hold.reason}`} onPress={() => setLifting(hold)} small /> }] : []),
  ];
  const button = mayPlace && (
    <Button icon="lock" kind="primary" onPress={place}>
      Place a hold
    </Button>
  );
  return (
    <Page actions={button} breadcrumbs={[["Audit events", "/audit/events"]]} commands={mayPlace ? [{ title: "Place a legal hold", icon: "lock", run: place }] : []} description="What a hold covers is neither erased nor pruned nor deleted from the archive, however old it is, also what is recorded later." title="Legal holds">
      <Filters
        end={
          <>
            <ExportMenu asked={list.asked} name="audit-holds" />
          </>
        }
        onReset={state.search === "" ? undefined : () => set({ search: "" })}
      >
        <SearchField label="Search reason or what is covered" onChange={(search) => set({ search })} value={state.search} />
      </Filters>
      <p className={styles.note}>
        Those that were lifted are on record: <Link to={eventsLink({ action: "casemate.audit-hold.*", scope: "installation" })}>all that was placed and lifted</Link>.
      </p>
      <Table
        columns={columns}
        empty={
          state.search !== "" ? (
            <EmptyState actions={<Button onPress={() => set({ search: "" })}>Clear search</Button>} icon="search" title="No hold fits">
              None in force says that in its reason or in what it covers.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="lock" title="No hold is in force">
              Events go by their age. Place a hold where a case, a matter or an order asks for them to be kept.
            </EmptyState>
          )
        }
        label="Legal holds"
        list={list}
        onSort={(sort) => set({ sort })}
        rowId={(hold) => hold.id}
        sort={state.sort}
      />
      {isPlacing && <PlaceDialog onClose={() => setIsPlacing(false)} />}
      {lifting && <LiftDialog hold={lifting} onClose={() => setLifting(undefined)} />}
    </Page>
  );
}

function PlaceDialog({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState({ reason: "", party: "", resource: "", tenant: "", application: "", search: "", since: "", until: "" });
  const change = (changes: Partial<typeof form>) => setForm((now) => ({ ...now, ...changes }));
  const queries = useQueryClient();
  const time = (text: string) => (text === "" ? {} : new Date(text).toISOString());
  const place = useMutation({
    mutationFn: async () => {
      const { party, tenant, application, search, since, until } = form;
      const said = Object.fromEntries(Object.entries({ party, tenant, application, search }).filter(([, value]) => value.trim() !== "").map(([name, value]) => [name, value.trim()]));
      const scope = { ...said, ...resourceOf(form.resource.trim()), ...(since === "" ? {} : { since: time(since) }), ...(until === "" ? {} : { until: time(until) }) } as Schema<"AuditHoldScope">;
      return got(await api.POST("/api/v1/audit-holds", { body: { reason: form.reason.trim(), scope } }));
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: LIST });
      toast("The hold is in force");
      onClose();
    },
  });
  const isAll = Object.entries(form).every(([name, value]) => name === "reason" || value.trim() === "");
  const isReady = form.reason.trim() !== "";
  const [isHalf, setIsHalf] = useState(false);
  const half = isHalf ? HALF_TYPED : undefined;
  const run = () => {
    setIsHalf(isHalfTyped());
    if (isReady && !isHalfTyped() && !place.isPending) place.mutate();
  };
  const text = (name: keyof typeof form, label: string, help?: string, pointer = `/scope/${name}`) => <TextField error={place.error?.at(pointer)} help={help} label={label} maxLength={1024} mono onChange={(value) => change({ [name]: value })} optional value={form[name]} />;
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!isReady} kind="primary" pending={place.isPending} type="submit">
            {isAll ? "Hold all events" : "Place hold"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title="Place a legal hold"
      wide
    >
      <TextField autoFocus error={place.error?.at("/reason")} help="A case, a matter, an order. It stays on record, and so names nobody." label="Reason" maxLength={1024} onChange={(reason) => change({ reason })} required value={form.reason} />
      <div className={styles.form}>
        {text("party", "By, for or about", "The id of a person, an account or a key.")}
        {text("resource", "Resource", "role:rol_1 of one, role of all of that type.", "/scope/resource_type")}
        {text("tenant", "Tenant", "Events of all tenants where none is named.")}
        {text("application", "Application")}
        <TextField error={half ?? place.error?.at("/scope/since")} help={`In your time zone, ${zoneName()}.`} label="From" onChange={(since) => change({ since })} optional type="datetime-local" value={form.since} />
        <TextField error={half ?? place.error?.at("/scope/until")} help={`In your time zone, ${zoneName()}.`} label="Until" onChange={(until) => change({ until })} optional type="datetime-local" value={form.until} />
      </div>
      {text("search", "Search", "As in the list of events: action:casemate.role.* client:192.0.2.7. All that is said here has to be so.")}
      {isAll && (
        <Notice kind="warn" title="It would cover all events">
          Nothing at all could be erased or pruned, in no tenant, and the disk has to have room for it.
        </Notice>
      )}
      <ErrorNotice error={place.error} onRetry={run} />
    </Dialog>
  );
}

function LiftDialog({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const covered = useCovered(hold.search);
  const queries = useQueryClient();
  return (
    <ConfirmDialog
      consequence={
        <ul>
          <li>{covered.data ? `It covers ${events(covered.data.count)}${covered.data.exact ? "" : " or more"} that you may see now.` : covered.error ? "How many events it covers cannot be counted for you." : <Skeleton width="60%" />}</li>
          <li>Those that are older than is kept are deleted with the next round, for good.</li>
        </ul>
      }
      onClose={onClose}
      onConfirm={(reason) => api.POST("/api/v1/audit-holds/{id}/lift", { params: { path: { id: hold.id } }, body: { reason } })}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: LIST });
        toast("The hold was lifted");
      }}
      open
      reason="required"
      title={`Lift the hold "${hold.reason}"?`}
      verb="Lift hold"
    >
      It covers {hold.search === "" ? "all events" : <code>{hold.search}</code>}.
    </ConfirmDialog>
  );
}
