import { DECISIONS } from "../../access/decisions";
import { type Schema, useSearch } from "../../api";
import { Button, EmptyState, ExportMenu, Filters, Page, SearchField, Select, Table, useFragmentState } from "../../ui";
import { startOf } from "./words";

const DEFAULTS = { search: "", decision: "", since: "", sort: "-revision" };

/** What reviewers decided: the record that an auditor takes along. */
export function ReviewRecordPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const list = useSearch("/api/v1/access-review/decisions/search", {
    search: state.search,
    sort: state.sort as Schema<"RevisionOrder">,
    ...(state.decision === "" ? {} : { decision: state.decision as Schema<"AccessReviewDecision"> }),
    ...(/^\d{1,4}$/.test(state.since) ? { since: startOf(state.since, Date.now()) } : {}),
  });
  const isFiltered = state.search !== "" || state.decision !== "" || state.since !== "";
  const reset = () => setState({ search: "", decision: "", since: "" });
  return (
    <Page breadcrumbs={[["Access review", "/access-review"]]} description="Who certified or revoked what, when and why. It is only added to, and stays when an assignment ends or is deleted." title="Review record">
      <Filters end={<ExportMenu asked={list.asked} name="access-review-decisions" />} onReset={isFiltered ? reset : undefined}>
        <SearchField label="Search reasons, reviewers and holders" placeholder="Reason, reviewer or holder" onChange={(search) => setState({ search })} value={state.search} />
        <Select
          inline
          label="Decision"
          onChange={(next) => setState({ decision: next === "any" ? "" : next })}
          options={[
            { value: "any", label: "any" },
            { value: "certified", label: "certified" },
            { value: "revoked", label: "revoked" },
          ]}
          value={state.decision || "any"}
        />
        <Select inline label="Within" onChange={(next) => setState({ since: next === "any" ? "" : next })} options={[{ value: "any", label: "any time" }, ...["30", "90", "180", "365"].map((days) => ({ value: days, label: `${days} days` }))]} value={state.since || "any"} />
      </Filters>
      <Table
        columns={DECISIONS}
        empty={
          <EmptyState actions={isFiltered && <Button onPress={reset}>Clear filters</Button>} icon="history" title={isFiltered ? "Nothing fits" : "Nothing was reviewed yet"}>
            {isFiltered ? "No decision has what you look for." : "What is certified or revoked in an access review appears here."}
          </EmptyState>
        }
        label="Review record"
        list={list}
        onSort={(sort) => setState({ sort })}
        rowId={({ change }) => String(change)}
        sort={state.sort}
      />
    </Page>
  );
}
