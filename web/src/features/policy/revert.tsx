import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { ApiError, type Schema, api, got } from "../../api";
import { ConfirmDialog, DiffOfLines, ErrorState, Notice, SkeletonLines, Stack, toast } from "../../ui";
import styles from "./policy.module.css";
import { kindName, objectName } from "./words";

async function revert(body: Schema<"RevertRequest">, signal?: AbortSignal) {
  return got(await api.POST("/api/v1/policy/revert", { body, ...(signal ? { signal } : {}) }));
}

/** How many objects are shown with what becomes of them. */
const SHOWN = 12;

/** Sets the configuration back, after what that would change was shown. */
export function Revert({ revision, open, onClose }: { revision: number; open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const key = ["revert", revision];
  const plans = ({ signal }: { signal: AbortSignal }) => revert({ revision, dry_run: true }, signal);
  const trial = useQuery({ queryKey: key, enabled: open, gcTime: 0, staleTime: 0, refetchOnWindowFocus: false, queryFn: plans });
  const plan = trial.data;
  const people = plan?.people ?? [];
  const done = useRef<Schema<"PolicyReverted">>(undefined);
  return (
    <ConfirmDialog
      consequence={
        plan && (
          <ul>
            <li>
              {plan.changes.length} object{plan.changes.length === 1 ? "" : "s"} and {people.length} user{people.length === 1 ? "" : "s"} or group{people.length === 1 ? "" : "s"} become what they were. It is in force on every server within a second.
            </li>
            {plan.left.length > 0 && <li>{plan.left.length} cannot be set back, and stay as they are.</li>}
            <li>Secrets and API keys stay as they are. It is a new revision: it can be set back too.</li>
          </ul>
        )
      }
      onClose={onClose}
      onConfirm={async (reason) => {
        if (!plan) return;
        try {
          done.current = await revert({ revision, if_revision: plan.revision, ...(reason === "" ? {} : { reason }) });
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 412) throw error;
          // Nothing can be confirmed until what it would do now is there.
          await queries.fetchQuery({ queryKey: key, staleTime: 0, queryFn: plans });
          throw new ApiError(412, { ...error.problem, code: error.code, title: "Something was changed meanwhile", detail: "Nothing was set back. What is shown above is what it would do now: look at it again." });
        }
      }}
      onDone={() => {
        void queries.invalidateQueries();
        const [before, made] = [plan?.revision, done.current];
        const undo = async () => {
          if (before === undefined || made === undefined) return;
          await revert({ revision: before, if_revision: made.revision, reason: `Undo of setting back to ${revision}` });
          await queries.invalidateQueries();
        };
        toast(`The configuration is as of revision ${revision}`, made?.reverted ? { undo } : {});
      }}
      open={open}
      ready={plan !== undefined && !trial.error}
      reason
      title={`Set the configuration back to revision ${revision}?`}
      verb="Set back"
    >
      {trial.isPending && open && <SkeletonLines lines={4} />}
      {trial.error && <ErrorState compact error={trial.error} onRetry={() => void trial.refetch()} />}
      {plan && (
        <Stack>
          {plan.changes.length === 0 && people.length === 0 && <Notice>All is as it was then: nothing would change.</Notice>}
          {[...plan.changes, ...people].slice(0, SHOWN).map((change) => (
            <Change change={change} key={change.kind + change.tenant + change.name} />
          ))}
          {plan.changes.length + people.length > SHOWN && <div>And {plan.changes.length + people.length - SHOWN} more: Compare with now shows them all.</div>}
          {plan.left.map((left) => (
            <Notice key={left.kind + left.id + left.name} kind="warn" title={`${kindName(left.kind)} ${objectName(left.kind, left.name)} stays as it is`}>
              {left.reason}
            </Notice>
          ))}
        </Stack>
      )}
    </ConfirmDialog>
  );
}

/** One object, and what becomes of it. */
export function Change({ change }: { change: Pick<Schema<"PolicyChange">, "kind" | "name" | "tenant" | "diff"> }) {
  const title = `${kindName(change.kind)} ${objectName(change.kind, change.name)}${change.tenant === "" || change.tenant === "default" ? "" : ` in ${change.tenant}`}`;
  return (
    <div>
      <strong className={styles.name}>{title.charAt(0).toUpperCase() + title.slice(1)}</strong>
      <DiffOfLines label={title} lines={change.diff} />
    </div>
  );
}
