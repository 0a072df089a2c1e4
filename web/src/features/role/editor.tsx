import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useAllowed } from "../../api";
import { useParam } from "../../shell/root";
import { Badge, Button, EmptyState, ErrorState, JsonEditor, Kbd, Notice, Page, Panel, SkeletonLines, Stack, merged, useFragmentState, useUnsaved } from "../../ui";
import type { Mark } from "../../ui";
import { useDraft } from "./draft";
import { RoleForm } from "./form";
import { Review } from "./review";
import { type Role, type RoleDocument, roleQuery } from "./role";
import { useValidating } from "./validating";
import styles from "./editor.module.css";

const NEW = { from: "" };
const NONE: readonly Mark[] = [];
const BLANK: RoleDocument = { name: "", permissions: [] };

/** A role that is to be made: from nothing, or from another (`#from=rol_…`). */
export function NewRolePage() {
  const [{ from }] = useFragmentState(NEW);
  const query = useQuery({ ...roleQuery(from), enabled: from !== "" });
  if (from === "") return <Editor />;
  return query.data ? <Editor start={{ ...query.data.document, name: `${query.data.name}-copy` }} /> : <Waiting error={query.error} retry={() => void query.refetch()} />;
}

/** A role that is to be changed. */
export function EditRolePage() {
  const query = useQuery(roleQuery(useParam("id")));
  // What is edited stays what was opened: another change meanwhile is told when this one is saved.
  const opened = useRef<Role | undefined>(undefined);
  if (opened.current === undefined || opened.current.id !== query.data?.id) opened.current = query.data ?? opened.current;
  return opened.current ? <Editor key={opened.current.id} role={opened.current} /> : <Waiting error={query.error} retry={() => void query.refetch()} />;
}

function Waiting({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <Page breadcrumbs={[["Roles", "/roles"]]} title="Role">
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : (
        <Panel>
          <SkeletonLines lines={10} />
        </Panel>
      )}
    </Page>
  );
}

function Editor({ role: shown, start }: { role?: Role; start?: RoleDocument }) {
  const [role, setRole] = useState(shown);
  const initial = role?.document ?? start ?? BLANK;
  const draft = useDraft(initial);
  const leaving = useUnsaved(draft.broken !== undefined || JSON.stringify(draft.value) !== JSON.stringify(initial), "This role");
  const [goTo, setGoTo] = useState<{ at: number } | undefined>();
  const [isReviewing, setIsReviewing] = useState(false);
  const may = useAllowed(role ? "casemate.role.update" : "casemate.role.create");
  useValidating(draft, { id: role?.id, isWanted: may === true && draft.isTold && (role?.origin ?? "") === "" });
  const navigate = useNavigate();
  const isReady = draft.broken === undefined && draft.wrongs.length === 0;
  const count = draft.broken === undefined ? draft.wrongs.length : 1;
  const marks = draft.isTold ? draft.marks : NONE;
  const toMistake = () => {
    draft.tell();
    const first = draft.marks[0];
    if (first) setGoTo({ at: first.from });
  };
  const take = (newer: Role, keepsTyped: boolean) => {
    draft.set((keepsTyped ? merged(initial, draft.value as unknown as RoleDocument, newer.document) : newer.document) as unknown as Record<string, unknown>);
    setRole(newer);
  };
  const review = () => (isReady ? setIsReviewing(true) : toMistake());
  useSaveKey(review);
  const back = role ? `/roles/${role.id}` : "/roles";
  const title = role ? `Edit ${role.name}` : "New role";
  const crumbs: [string, string][] = role ? [["Roles", "/roles"], [role.name, back]] : [["Roles", "/roles"]];
  if (may === false || (role && role.origin !== "")) {
    return (
      <Page breadcrumbs={crumbs} title={title}>
        <EmptyState icon="lock" title={may === false ? "You may not change roles" : "It is not changed here"}>
          {may === false ? `It needs ${role ? "casemate.role.update" : "casemate.role.create"} in this tenant.` : role?.origin === "built-in" ? "It comes with Casemate. Duplicate it to have one that you can change." : "It was applied from code, and is changed there."}
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page
      actions={
        <>
          <Button onPress={() => void navigate({ to: back, search: true } as never)}>Cancel</Button>
          <Button kind="primary" onPress={review}>
            Review changes
          </Button>
        </>
      }
      breadcrumbs={crumbs}
      commands={[{ title: "Review changes", icon: "check", run: review }]}
      description={
        <>
          The form and the JSON are one and the same. <Kbd keys="mod s" /> reviews what is changed.
        </>
      }
      status={
        <span role="status">
          {!draft.isTold ? null : count === 0 ? (
            <Badge icon="check" tone="allow">
              Valid
            </Badge>
          ) : (
            <Badge icon="alert" tone="deny">
              {count === 1 ? "1 mistake" : `${count} mistakes`}
            </Badge>
          )}
        </span>
      }
      title={title}
    >
      <div className={styles.panes}>
        <Stack>
          {draft.broken !== undefined && (
            <Notice
              actions={
                <Button onPress={toMistake} small>
                  Go to the mistake
                </Button>
              }
              kind="warn"
              title="The JSON cannot be read"
            >
              {draft.broken}. The form shows what it said last.
            </Notice>
          )}
          <RoleForm draft={draft} isNew={role === undefined} onShow={(pointer) => setGoTo({ at: draft.place(pointer) })} />
        </Stack>
        <div className={styles.json}>
          <Panel
            actions={
              <Button disabled={draft.broken !== undefined} kind="quiet" onPress={() => draft.set(draft.value)} small>
                Tidy
              </Button>
            }
            title="JSON"
          >
            <JsonEditor goTo={goTo} label="Role as JSON" marks={marks} onChange={draft.setText} rows={18} value={draft.text} />
            <ul aria-label="Mistakes" className={styles.mistakes}>
              {marks.map((mark, index) => (
                <li key={index}>
                  <button className={styles.mistake} onClick={() => setGoTo({ at: mark.from })} type="button">
                    <span className={styles.line}>{lineOf(draft.text, mark.from)}</span> {mark.message}
                  </button>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
      {isReviewing && <Review document={draft.value as unknown as RoleDocument} onClose={() => setIsReviewing(false)} onMistakes={draft.tellServer} onSaved={leaving.saved} onTake={take} role={role} />}
      {leaving.dialog}
    </Page>
  );
}

/** "3:14": line and column, counted from 1. */
function lineOf(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  return `${lines.length}:${(lines[lines.length - 1]?.length ?? 0) + 1}`;
}

/** Ctrl-S and ⌘-S, also from within fields. */
function useSaveKey(run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (!document.querySelector('[role="dialog"],[role="alertdialog"]')) latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
