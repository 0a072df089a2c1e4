import { useInfiniteQuery } from "@tanstack/react-query";
import { Actor } from "../../access/actor";
import { type ApiError, type Schema, api, got, tenantInUrl } from "../../api";
import { whyLink } from "../../shell/why-link";
import { Badge, Button, ErrorState, Link, Notice, SkeletonLines, Status, Time } from "../../ui";
import styles from "./editor.module.css";
import type { RoleDocument } from "./role";

type Entry = Schema<"PolicyImpactEntry">;

interface Question {
  action: { name: string };
  resource?: { type?: string; id?: string; properties?: Record<string, unknown> };
}

const WHY: Record<string, string> = {
  refused: "were denied before permissions were looked at",
  too_long: "were too long to be kept",
  handed_by_token: "rested on permissions of a token or another system",
  narrowed_by_credential: "were narrowed by a temporary credential",
  key_not_in_force: "are about an API key that was revoked since",
  identity_rules_changed: "are about somebody who would be known otherwise today",
  not_opened: "cannot be opened any more",
  unreadable: "were written by another version",
};

/** Whom a change makes gain, and whom lose: what was asked lately, asked anew. */
export function Impact({ document, tenant }: { document: RoleDocument; tenant: string | undefined }) {
  const inTenant = tenant ?? tenantInUrl() ?? "default";
  const query = useInfiniteQuery<Schema<"PolicyImpact">, ApiError>({
    queryKey: ["/api/v1/policy/impact", inTenant, document],
    initialPageParam: undefined,
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ pageParam, signal }) =>
      got(await api.POST("/api/v1/policy/impact", { body: { limit: 100, to: inTenant === "default" ? { role: document } : { role_of: { tenant: inTenant, role: document } }, ...(pageParam === undefined ? {} : { after: pageParam as string }) }, signal })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const pages = query.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const sum = (of: (page: Schema<"PolicyImpact">) => number) => pages.reduce((total, page) => total + of(page), 0);
  const looked = sum((page) => page.looked_at);
  const gains = items.filter((entry) => entry.to.decision === "allowed" && entry.from.decision !== "allowed");
  const losses = items.filter((entry) => entry.to.decision !== "allowed" && entry.from.decision === "allowed");
  const others = items.filter((entry) => !gains.includes(entry) && !losses.includes(entry));
  // What was not looked at yet may hold more of both.
  const atLeast = query.hasNextPage ? "At least " : "";
  const left = Object.entries(pages.reduce<Record<string, number>>((all, page) => ({ ...all, ...Object.fromEntries(Object.entries(page.not_replayed).map(([why, count]) => [why, (all[why] ?? 0) + count])) }), {}));
  return (
    <section aria-label="Impact">
      <h3 className={styles.heading}>Who gains and loses what</h3>
      {query.isPending && <SkeletonLines lines={3} />}
      {query.error && <ErrorState compact error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && looked === 0 && (
        <Notice title="No decisions are on record to compare with">The setting decision.log.sample says which share of questions is logged. Without any, nobody can say whom this affects.</Notice>
      )}
      {query.data && looked > 0 && (
        <>
          <p className={styles.summary}>
            <Badge icon="plus" tone={gains.length > 0 ? "allow" : "neutral"}>{`${atLeast}${people(gains, "gain")}`}</Badge> <Badge icon="ban" tone={losses.length > 0 ? "deny" : "neutral"}>{`${atLeast}${people(losses, "lose")}`}</Badge> {sum((page) => page.unchanged)} of {looked} logged
            questions{query.hasNextPage && " that were looked at so far"} stay as they are.
          </p>
          <Changes entries={gains} title="Allowed from now on" />
          <Changes entries={losses} title="Denied from now on" />
          <Changes entries={others} title="Answered by another permission, or for another reason" />
          {query.hasNextPage && (
            <Button onPress={() => void query.fetchNextPage()} pending={query.isFetchingNextPage} small>
              Look at more logged questions
            </Button>
          )}
          {left.length > 0 && (
            <p className={styles.note}>
              Not asked again: {left.map(([why, count]) => `${count} ${WHY[why] ?? why}`).join("; ")}.{sum((page) => page.lost) > 0 && ` ${sum((page) => page.lost)} were lost.`}
            </p>
          )}
          <p className={styles.note}>Only questions that were logged are asked again; what nobody asked lately is not among them.</p>
        </>
      )}
    </section>
  );
}

function Decision({ word }: { word: string }) {
  return word === "allowed" || word === "denied" ? <Status state={word} /> : <Badge icon="alert" tone="warn">{`${word.charAt(0).toUpperCase()}${word.slice(1)}`}</Badge>;
}

const whoOf = (entry: Entry) => `${entry.subject.type} ${entry.subject.id ?? ""}`;

function people(entries: readonly Entry[], verb: string): string {
  const count = new Set(entries.map(whoOf)).size;
  return count === 1 ? `1 person or program ${verb}s` : `${count} people or programs ${verb}`;
}

function Changes({ title, entries }: { title: string; entries: readonly Entry[] }) {
  if (entries.length === 0) return null;
  return (
    <div className={styles.changes}>
      <h4>{title}</h4>
      <ul>
        {entries.map((entry) => {
          const question = entry.question as unknown as Question;
          return (
            <li key={entry.request_id}>
              <Actor actor={{ provider: "", type: entry.subject.type, id: entry.subject.id ?? "" }} /> <code>{question.action.name}</code> {question.resource?.type} <code>{question.resource?.id}</code>{" "}
              <Decision word={entry.from.decision} /> → <Decision word={entry.to.decision} /> <Time value={entry.at} />{" "}
              <Link to={whyLink({ who: { type: entry.subject.type, id: entry.subject.id ?? "" }, action: question.action.name, resource: question.resource, properties: question.resource?.properties })}>Why?</Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
