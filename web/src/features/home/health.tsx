import type { Schema } from "../../api";
import { Badge, ErrorState, KeyValue, Link, Panel, SkeletonLines, Status, useIsPage } from "../../ui";
import { PLACES } from "./places";
import { useHealth } from "./reading";

type Readiness = Schema<"Readiness">;

/** More events than this that are not in the log yet are worth saying. */
const BEHIND = 1000;

/** What is wrong with a server that answers all the same, in words. */
export function faultsOf(ready: Readiness | undefined): string[] {
  if (!ready) return [];
  return [
    ...(ready.store ? [] : ["The database cannot be written to"]),
    ...((ready.database.lag ?? 0) > 5 ? ["Changes arrive late"] : []),
    ...(ready.policy.mistakes_in_last_edit > 0 ? ["The policy folder holds mistakes"] : []),
    ...(ready.record && (!ready.record.can_append || !ready.record.reaches_database || ready.record.failed_segments > 0) ? ["Events cannot be recorded"] : []),
    ...(ready.record && ready.record.behind_events > BEHIND ? ["The audit log is behind"] : []),
    ...(ready.detections?.error ? ["Detections fail"] : []),
    ...ready.providers.filter((provider) => !provider.reachable).map((provider) => `${provider.name ?? "A provider"} cannot be reached`),
    ...ready.audit_sinks.filter((sink) => sink.error).map((sink) => `The sink ${sink.name ?? sink.kind} fails`),
    ...ready.audit_sinks.filter((sink) => sink.paused).map((sink) => `The sink ${sink.name ?? sink.kind} is paused`),
  ];
}

function Good({ isGood, good, bad }: { isGood: boolean; good: string; bad: string }) {
  return isGood ? <Status state="active">{good}</Status> : <Status state="high">{bad}</Status>;
}

/** What the server depends on. */
export function Health() {
  const { enabled, data, error, isPending, retry } = useHealth();
  const isThere = useIsPage(PLACES.health);
  if (!enabled) return null;
  return (
    <Panel actions={isThere && <Link to={PLACES.health}>View all</Link>} icon="activity" title="Health">
      {error && <ErrorState compact error={error} onRetry={retry} />}
      {isPending && !error && <SkeletonLines lines={5} />}
      {data && (
        <KeyValue
          entries={[
            ["Database", <Good bad="Cannot be written" good="Reads and writes" isGood={data.store} key="store" />],
            ["Policy", data.policy.mistakes_in_last_edit > 0 ? <Badge icon="alert" key="policy" tone="warn">{data.policy.mistakes_in_last_edit} mistakes in files</Badge> : <span key="policy">Revision {data.policy.revision}</span>],
            data.record && ["Audit log", data.record.can_append && data.record.reaches_database ? (data.record.behind_events > BEHIND ? <Badge icon="clock" key="log" tone="warn">{data.record.behind_events} events behind</Badge> : <Status key="log" state="active">Records everything</Status>) : <Status key="log" state="high">Cannot record</Status>],
            data.detections && ["Detections", <Good bad={data.detections.error ?? "Fail"} good={data.detections.behind_events > 0 ? `${data.detections.behind_events} events behind` : "Up to date"} isGood={!data.detections.error} key="detections" />],
            ...data.audit_sinks.map((sink) => [`Sink ${sink.name ?? sink.kind}`, sink.paused ? <Badge icon="pause" key="sink" tone="warn">Paused</Badge> : <Good bad="Fails" good={sink.behind_events > 0 ? `${sink.behind_events} events behind` : "Up to date"} isGood={!sink.error} key="sink" />] as const),
            ...data.providers.map((provider) => [`Provider ${provider.name ?? ""}`, <Good bad="Cannot be reached" good="Reachable" isGood={provider.reachable} key="provider" />] as const),
          ]}
        />
      )}
    </Panel>
  );
}
