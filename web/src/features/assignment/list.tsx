import { useState } from "react";
import { Actor } from "../../access/actor";
import { Assign } from "../../access/assign";
import { AssignmentStatus, What } from "../../access/assignment-state";
import { Holder } from "../../access/holder";
import { type Schema, useAllowed, useSearch } from "../../api";
import { Button, type Column, EmptyState, ExportMenu, Filters, Link, Page, SearchField, Select, Table, Time, useFragmentState, useKey } from "../../ui";
import { type Row, ofAssignment, ofReview, once } from "./rows";

const DEFAULTS = { search: "", role: "", state: "", ends: "", sort: "-created_at" };

const COLUMNS: Column<Row>[] = [
  { id: "what", title: "Role or team", width: "1.4fr", plain: true, cell: ({ document }) => <What document={document} /> },
  {
    id: "holder",
    title: "Holder",
    width: "2fr",
    cell: ({ document, member }) => (
      <span>
        <Holder to={document.to} />
        {member !== undefined && ` (${member})`}
      </span>
    ),
  },
  { id: "state", title: "State", corner: true, width: "104px", cell: ({ document }) => <AssignmentStatus document={document} /> },
  { id: "until", title: "Ends", width: "110px", cell: ({ document }) => <Time none="No end" value={document.until} /> },
  { id: "reason", title: "Reason", width: "1.5fr", cell: ({ document }) => document.reason ?? "" },
  { id: "by", title: "Given by", width: "1.6fr", cell: ({ granted }) => granted && <Actor actor={granted} /> },
  { id: "at", title: "Given", width: "110px", sort: "created_at", cell: ({ id, granted }) => <Link to={`/assignments/${id}`}>{granted ? <Time value={granted.at} /> : "Open"}</Link> },
];

/** Who is given what. */
export function AssignmentListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useAllowed("casemate.assignment.create") === true;
  const mayReview = useAllowed("casemate.access-review.list") === true;
  const maySeeRoles = useAllowed("casemate.role.list") === true;
  const { search, role, ends } = state;
  const sort = state.sort as "created_at" | "-created_at";
  // Holders, states and ends are known to reviews of access, and to no search of assignments.
  const isReview = mayReview && (search !== "" || state.state !== "" || ends !== "");
  const assignments = useSearch("/api/v1/assignments/search", { sort, ...(role === "" ? {} : { filters: { role } }) }, { enabled: !isReview });
  const review = useSearch(
    "/api/v1/access-review/search",
    { search, role, sort, ...(state.state === "" ? {} : { state: state.state as Schema<"State"> }), ...(ends === "" ? {} : { expiring_days: Number(ends) }) },
    { enabled: isReview },
  );
  const roles = useSearch("/api/v1/roles/search", { sort: "name" }, { limit: 1000, enabled: maySeeRoles });
  const list = isReview ? { ...review, items: once(review.items.map(ofReview)) } : { ...assignments, items: assignments.items.map(ofAssignment) };
  const isFiltered = search !== "" || role !== "" || state.state !== "" || ends !== "";
  const reset = () => setState({ search: "", role: "", state: "", ends: "" });
  const create = () => mayCreate && setIsCreating(true);
  useKey("c", create);
  const button = mayCreate && (
    <Button icon="plus" kind="primary" onPress={create}>
      New assignment
    </Button>
  );
  const names = roles.items.map((one) => one.name);
  return (
    <Page
      actions={button}
      commands={mayCreate ? [{ title: "New assignment", icon: "plus", run: create }] : []}
      description="Which role or team is given to whom, by whom, and until when."
      title="Assignments"
    >
      <Filters end={<ExportMenu asked={list.asked} name="assignments" />} onReset={isFiltered ? reset : undefined}>
        {mayReview && <SearchField label="Search holder" onChange={(text) => setState({ search: text })} value={search} />}
        {maySeeRoles && (roles.isLoading || names.length > 0) && (
          <Select
            inline
            label="Role"
            onChange={(value) => setState({ role: value === " " ? "" : value })}
            options={[{ value: " ", label: "any" }, ...(role === "" || names.includes(role) ? names : [role, ...names]).map((name) => ({ value: name, label: name }))]}
            value={role || " "}
          />
        )}
        {mayReview && (
          <>
            <Select
              inline
              label="State"
              onChange={(value) => setState({ state: value === "any" ? "" : value })}
              options={[
                { value: "any", label: "any" },
                { value: "in_force", label: "in force" },
                { value: "not_yet", label: "not yet" },
                { value: "over", label: "over" },
              ]}
              value={state.state || "any"}
            />
            <Select
              inline
              label="Ends"
              onChange={(value) => setState({ ends: value === "any" ? "" : value })}
              options={[
                { value: "any", label: "any time" },
                { value: "7", label: "within a week" },
                { value: "14", label: "within 14 days" },
                { value: "30", label: "within 30 days" },
                { value: "90", label: "within 90 days" },
              ]}
              value={ends || "any"}
            />
          </>
        )}
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={reset}>Clear filters</Button>} icon="search" title="No assignment fits">
              Nothing that is assigned in this tenant has what you search for.
            </EmptyState>
          ) : (
            <EmptyState actions={button} icon="link" title="Nothing is assigned yet">
              Whoever is assigned no role and no team, by themselves or by a group, is answered no.
            </EmptyState>
          )
        }
        label="Assignments"
        list={list}
        onSort={(next) => setState({ sort: next })}
        rowId={(row) => row.id}
        sort={state.sort}
        to={(row) => `/assignments/${row.id}`}
      />
      {isCreating && <Assign onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
