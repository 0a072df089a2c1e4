import { useState } from "react";
import { EndAllSessions, type Ending } from "../../access/end-sessions";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Actor, Badge, Button, type Column, EmptyState, ExportMenu, Filters, Page, SearchField, Select, Table, Time, TooltipText, useFragmentState } from "../../ui";
import { browserOf } from "./agent";
import { EndSession } from "./end";

export type Session = Schema<"SessionView">;

const DEFAULTS = { search: "", provider: "", subject: "", sort: "-created_at" };

/** Everybody's open sessions of browsers. */
export function SessionListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [ending, setEnding] = useState<Session>();
  const [endingAll, setEndingAll] = useState<Ending>();
  const mayEnd = useAllowed("casemate.session.end") === true;
  const maySeeProviders = useAllowed("casemate.provider.list") === true;
  const providers = useSearch("/api/v1/providers/search", { sort: "name" }, { enabled: maySeeProviders });
  const list = useSearch("/api/v1/sessions/search", { search: state.search, provider: state.provider, subject: state.subject, sort: state.sort as Schema<"AgeOrder"> });
  const isFiltered = state.search !== "" || state.provider !== "" || state.subject !== "";
  const reset = () => setState({ search: "", provider: "", subject: "" });
  const columns: Column<Session>[] = [
    {
      id: "person",
      title: "Person",
      width: "2fr",
      cell: (session) => <Actor id={session.subject} />,
    },
    { id: "provider", title: "Provider", width: "1fr", cell: (session) => (session.via ? `${session.provider}, by ${session.via}` : session.provider) },
    {
      id: "agent",
      title: "Browser",
      width: "2.2fr",
      wrap: true,
      cell: (session) =>
        session.current ? (
          <span>
            {browserOf(session.user_agent)} <Badge tone="accent">This one</Badge>
          </span>
        ) : session.user_agent ? (
          <TooltipText text={session.user_agent}>
            <span role="note" tabIndex={-1}>
              {browserOf(session.user_agent)}
            </span>
          </TooltipText>
        ) : (
          "Unknown"
        ),
    },
    { id: "client", title: "Address", width: "116px", cell: (session) => <code>{session.client ?? ""}</code> },
    { id: "used", title: "Used", width: "110px", cell: (session) => <Time value={session.used_at} /> },
    { id: "created", title: "Signed in", width: "110px", sort: "created_at", cell: (session) => <Time value={session.created_at} /> },
    { id: "ends", title: "Ends", width: "110px", cell: (session) => <Time value={session.ends_at} /> },
    {
      id: "actions",
      title: "",
      width: "150px",
      end: true,
      cell: (session) => (
        <>
          {state.subject === "" && (
            <Button kind="quiet" label={`Only these of ${session.subject}`} onPress={() => setState({ provider: session.provider, subject: session.subject, search: "" })} small>
              Only these
            </Button>
          )}
          {mayEnd && (
            <Button kind="quiet" label={`End the session of ${session.subject} from ${session.client ?? "an unknown address"}`} onPress={() => setEnding(session)} small>
              End
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <Page
      actions={
        // All of somebody are all, whatever else is searched for.
        mayEnd &&
        state.subject !== "" &&
        state.provider !== "" &&
        state.search === "" &&
        list.items.length > 0 && (
          <Button kind="danger" onPress={() => setEndingAll({ provider: state.provider, subject: state.subject, sessions: list.items, hasMore: list.hasMore })}>
            End all sessions
          </Button>
        )
      }
      description="Browsers in which somebody is signed in. API keys and tokens of providers have no session."
      title="Sessions"
    >
      <Filters end={<ExportMenu asked={list.asked} name="sessions" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search id, address or browser" onChange={(search) => setState({ search })} value={state.search} />
        {maySeeProviders && (
          <Select
            inline
            label="Provider"
            onChange={(provider) => setState({ provider: provider === "any" ? "" : provider, subject: "" })}
            options={["any", "casemate", ...providers.items.map(({ name }) => name)].map((name) => ({ value: name, label: name }))}
            value={state.provider || "any"}
          />
        )}
        {state.subject !== "" && (
          <Badge icon="user">
            <Actor id={state.subject} />
          </Badge>
        )}
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No session fits">
              Nobody is signed in as you search for. Sessions that ended stand in the audit trail.
            </EmptyState>
          ) : (
            <EmptyState icon="session" title="No open session">
              Who signs in with a browser has one, until it ends or they sign out.
            </EmptyState>
          )
        }
        label="Sessions"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={(session) => session.id}
        sort={state.sort}
      />
      <EndSession onClose={() => setEnding(undefined)} session={ending} />
      <EndAllSessions of={endingAll} onClose={() => setEndingAll(undefined)} />
    </Page>
  );
}
