import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schema, api, got, ifMatch, useAllowed } from "../api";
import { ConfirmDialog, EditDialog, FieldRow, KeyValue, TextField, toast, useEditing } from "../ui";
import { What, whatName } from "./assignment-state";
import { counted, gathered } from "./count";
import { Holder, holderName } from "./holder";
import { EndField, HALF_TYPED, NO_MOMENT, asLocal, asMoment, isHalfTyped } from "./when";

type Assignment = Schema<"StoredAssignmentEntry">;
type Document = Schema<"AssignmentEntry">;

/** The key of an assignment among what was read. */
export const assignmentKey = (id: string) => ["/api/v1/assignments/{id}", id];

function useChanged(id: string): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: assignmentKey(id) });
    void queries.invalidateQueries({ queryKey: ["/api/v1/assignments/search"] });
  };
}

const put = async (entry: Assignment, body: Document) => got(await api.PUT("/api/v1/assignments/{id}", { params: { path: { id: entry.id }, header: ifMatch(entry) }, body }));

const fieldsOf = ({ from, until, reason }: Document) => ({ from: asLocal(from), until: until ?? undefined, reason: reason ?? "" });

/** Changes until when an assignment counts, and why it was given. What it gives, and to whom, stays. */
export function EditAssignment({ assignment, onClose }: { assignment: Assignment; onClose: () => void }) {
  const [isHalf, setIsHalf] = useState(false);
  const changed = useChanged(assignment.id);
  const form = useEditing({
    entry: assignment,
    fields: (entry) => fieldsOf((entry ?? assignment).document),
    send: (typed, entry = assignment) => {
      const { from, until: _, reason: __, ...rest } = entry.document;
      // A field for local times is to the minute: what was not touched stays as exact as it is.
      const begins = typed.from === asLocal(from) ? from : asMoment(typed.from);
      return put(entry, { ...rest, ...(begins ? { from: begins } : {}), ...(typed.until ? { until: typed.until } : {}), ...(typed.reason.trim() === "" ? {} : { reason: typed.reason.trim() }) });
    },
    read: async ({ id }) => got(await api.GET("/api/v1/assignments/{id}", { params: { path: { id } } })),
    shows: ({ document }) => document,
    onSaved: (saved, before = assignment) => {
      changed();
      onClose();
      toast(`The assignment of ${whatName(before.document)} was changed`, {
        undo: async () => {
          await put(saved, before.document);
          changed();
        },
      });
    },
  });
  const { typed, set, at } = form;
  const run = () => {
    const half = isHalfTyped();
    setIsHalf(half);
    if (!half) form.run();
  };
  return (
    <EditDialog form={form} onClose={onClose} onSubmit={run} ready={typed.until !== NO_MOMENT} title="Edit assignment">
      <KeyValue
        entries={[
          ["Gives", <What document={assignment.document} key="what" />],
          ["To", <Holder key="to" to={assignment.document.to} />],
        ]}
      />
      <FieldRow>
        <TextField
          error={isHalf ? HALF_TYPED : at("/from")}
          help="In your time zone."
          label="Begins"
          onChange={(from) => {
            set({ from });
            setIsHalf(false);
          }}
          optional
          type="datetime-local"
          value={typed.from}
        />
        <EndField error={at("/until")} label="Ends" onChange={(until) => set({ until })} value={typed.until} />
      </FieldRow>
      <TextField error={at("/reason")} label="Reason" maxLength={1024} onChange={(reason) => set({ reason })} optional value={typed.reason} />
    </EditDialog>
  );
}

/** The most of what is held that is looked at to count who loses something, and how much of it at once. */
const MOST = 10_000;
const PAGE = 1000;

/** How many hold it by this assignment, and how many of them by another as well. */
function useLosing(assignment: Assignment) {
  const { document } = assignment;
  const enabled = useAllowed("casemate.access-review.list") === true;
  return useQuery({
    queryKey: ["consequence", assignment.id],
    enabled,
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const body = { limit: PAGE, state: "in_force" as const, ...(document.role ? { role: document.role } : { team: document.team ?? "" }) };
      const { items, isAll } = await gathered(MOST, async (after) => got(await api.POST("/api/v1/access-review/search", { body: { ...body, ...(after === undefined ? {} : { after }) }, signal })));
      const people = items.filter((entry) => entry.holder.type !== "group");
      const key = (entry: (typeof items)[number]) => JSON.stringify([entry.holder.provider, entry.holder.type, entry.holder.id ?? entry.holder.login]);
      const by = new Set(people.filter((entry) => entry.assignment === assignment.id).map(key));
      const otherwise = new Set(people.filter((entry) => entry.assignment !== assignment.id).map(key));
      return { hold: by.size, keep: [...by].filter((one) => otherwise.has(one)).length, isAll };
    },
  });
}

/** Takes back what was assigned. */
export function DeleteAssignment({ assignment, onClose, onDone }: { assignment: Assignment; onClose: () => void; onDone?: () => void }) {
  const { document } = assignment;
  const changed = useChanged(assignment.id);
  const losing = useLosing(assignment);
  const what = whatName(document);
  return (
    <ConfirmDialog
      consequence={<Consequence document={document} losing={losing.data} />}
      onClose={onClose}
      onConfirm={() => api.DELETE("/api/v1/assignments/{id}", { params: { path: { id: assignment.id }, header: ifMatch(assignment) } })}
      onDone={() => {
        changed();
        toast(`${what} is no longer assigned to ${holderName(document.to)}`, {
          undo: async () => {
            await api.POST("/api/v1/assignments", { body: document });
            changed();
          },
        });
        onDone?.();
      }}
      open
      title={`Take ${what} from ${holderName(document.to)}?`}
      verb="Delete assignment"
    >
      What it gave counts no longer within a second, wherever they are signed in.
    </ConfirmDialog>
  );
}

function Consequence({ document, losing }: { document: Document; losing: { hold: number; keep: number; isAll: boolean } | undefined }) {
  const what = whatName(document);
  // What was not counted to the end says neither who loses nor who keeps it.
  if (losing === undefined || !losing.isAll) return <>Whoever holds {what} by this alone holds it no longer.</>;
  if (losing.hold === 0) return <>At the moment nobody known holds {what} by it.</>;
  const lost = losing.hold - losing.keep;
  return (
    <ul>
      <li>
        {counted(lost, "holder")} {lost === 1 ? "loses" : "lose"} {what}.
      </li>
      {losing.keep > 0 && (
        <li>
          {counted(losing.keep, "other")} {losing.keep === 1 ? "keeps" : "keep"} it by another assignment.
        </li>
      )}
    </ul>
  );
}
