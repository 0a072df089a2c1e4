import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Actor } from "../../access/actor";
import { type Schema, api, got, useAllowed, useSearch } from "../../api";
import { Badge, Icon, Link, Notice, Panel, Stack, Time, cx } from "../../ui";
import { inWords } from "./in-words";
import { type Explanation, type Matching, type Near, type Origin, isDeciding, reasonTitle, restrictions, steps } from "./answer-of";
import { type Asked, whoOf } from "./question";
import { WhatHelps } from "./what-helps";
import styles from "./why.module.css";

const WORDS = { allowed: "Allowed", denied: "Denied", conditional: "Conditional" } as const;
const TONES = { allowed: "allow", denied: "deny", conditional: "warn" } as const;
const ICONS = { allowed: "circleCheck", denied: "ban", conditional: "alert" } as const;

/** The answer, the permission that decided, and everything else that was looked at. */
export function Answer({ answer, asked, question, actions }: { answer: Explanation; asked: Asked; question: Schema<"Question">; actions: ReactNode }) {
  const matching = answer.matching ?? [];
  const deciding = matching.find((one) => isDeciding(answer, one));
  const others = matching.filter((one) => one !== deciding);
  const near = answer.near ?? [];
  return (
    <Stack>
      <Panel actions={actions} title="Answer">
        <div className={styles.verdict} data-decision={answer.decision}>
          <Icon name={ICONS[answer.decision]} size={20} />
          <div>
            <div className={styles.word}>
              {WORDS[answer.decision]} <Badge tone={TONES[answer.decision]}>{reasonTitle(answer.reason_code)}</Badge>
            </div>
            <Sentence text={answer.reason ?? answer.text ?? without(answer)} />
            <div className={styles.code}>
              Reason code <code>{answer.reason_code}</code>
            </div>
          </div>
        </div>
      </Panel>
      {deciding && (
        <Panel title="The permission that decided">
          <Permission one={deciding} who={asked.who} />
        </Panel>
      )}
      {answer.decision !== "allowed" && <WhatHelps answer={answer} asked={asked} />}
      {others.length > 0 && (
        <Panel title={deciding ? "Others that match the name" : "What matches the name"}>
          <ul className={styles.list}>
            {others.map((one, index) => (
              <li key={index}>
                <Permission one={one} who={asked.who} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {near.length > 0 && (
        <Panel title="Near misses">
          <ul className={styles.list}>
            {near.map((one, index) => (
              <li key={index}>
                <NearMiss one={one} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {!question.resource && (
        <Notice title="No resource is named">Without one the server answers allowed, denied or conditional, and gives no details. Name a resource to see every permission that was looked at.</Notice>
      )}
    </Stack>
  );
}

function without(answer: Explanation & { granted?: string }): string {
  if (answer.granted) return `\`${answer.granted}\` decides it, whichever resource it is.`;
  if (answer.decision === "conditional") return "For some resources the answer is yes, for others no.";
  return "No resource would change it.";
}

/** A sentence of the engine: what stands between backticks is code. */
export function Sentence({ text }: { text: string }) {
  return <p className={styles.sentence}>{inWords(text).split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</p>;
}

export function Permission({ one, who }: { one: Matching; who: string }) {
  const checked = one.properties ?? [];
  return (
    <div className={styles.permission}>
      <div className={styles.name}>
        <code>{one.permission.name}</code>
        <EffectBadge counts={one.outcome === "true" || (one.effect === "deny" && one.outcome === "error")} effect={one.effect} />
        {(checked.length > 0 || one.outcome !== "true") && <OutcomeBadge outcome={one.outcome} />}
      </div>
      <Through origin={one.origin} who={who} />
      {checked.length > 0 ? (
        <div aria-label="Properties" className={styles.tableFrame} role="region" tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Property</th>
                <th scope="col">Value</th>
                <th scope="col">Outcome</th>
                <th scope="col">Condition</th>
              </tr>
            </thead>
            <tbody>
              {checked.map((property) => (
                <tr key={property.name}>
                  <th scope="row">
                    <code>{property.name}</code>
                  </th>
                  <td data-title="Value">
                    <code>{JSON.stringify(property.value)}</code>
                  </td>
                  <td>
                    <OutcomeBadge outcome={property.outcome} />
                  </td>
                  <td>{property.outcome === "error" ? <Sentence text={property.detail ?? ""} /> : <code>{(property.detail ?? "").replace(/ is false$/, "")}</code>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className={styles.quiet}>Without restrictions.</div>
      )}
    </div>
  );
}

/** In colour only where it holds: what allows elsewhere is no yes here. */
function EffectBadge({ effect, counts }: { effect: "allow" | "deny"; counts: boolean }) {
  if (effect === "deny") return <Badge icon="ban" tone={counts ? "deny" : "neutral"}>Denies</Badge>;
  return <Badge icon="check" tone={counts ? "allow" : "neutral"}>Allows</Badge>;
}

function OutcomeBadge({ outcome }: { outcome: string }) {
  if (outcome === "true") return <Badge icon="check" tone="allow">Met</Badge>;
  if (outcome === "false") return <Badge icon="x" tone="neutral">Not met</Badge>;
  if (outcome === "error") return <Badge icon="alert" tone="warn">Could not be evaluated</Badge>;
  return <Badge>{outcome}</Badge>;
}

function NearMiss({ one }: { one: Near }) {
  return (
    <div className={styles.permission}>
      <div className={styles.name}>
        <code>{one.permission.name}</code>
        <EffectBadge counts={false} effect={one.effect} />
        {restrictions(one.permission).map(([name, value]) => (
          <Badge key={name}>
            {name}: {JSON.stringify(value)}
          </Badge>
        ))}
      </div>
      <Sentence text={`${one.why.charAt(0).toUpperCase()}${one.why.slice(1)}.`} />
      <Through origin={one.origin} who="" />
    </div>
  );
}

/** The way by which somebody came to a permission, and the assignment that gave it to them. */
function Through({ origin, who }: { origin: Origin; who: string }) {
  const way = steps(origin);
  const { type, id } = whoOf(who);
  const isRole = origin.kind === "role";
  const mayReview = useAllowed("casemate.access-review.list") === true;
  const mayRead = useAllowed("casemate.user.read") === true;
  const user = useQuery({
    queryKey: ["/api/v1/users/{id}", id],
    enabled: mayRead && type === "user" && id.startsWith("usr_"),
    retry: false,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id } }, signal })),
  });
  const held = useSearch("/api/v1/access-review/search", { id: user.data?.subject ?? id, role: origin.name }, { enabled: mayReview && isRole && id !== "" && (type === "user" || type === "service"), limit: 20 });
  const group = way.find((step) => step.kind === "group")?.name;
  const given = held.items.find((entry) => entry.holder.type === type && (entry.group ?? undefined) === group) ?? undefined;
  return (
    <div className={styles.through}>
      <span className={styles.way}>
        {way.map((step, index) => (
          <span className={styles.step} key={index}>
            {index > 0 && <Icon name="arrowLeft" size={12} />}
            <Link to={`/${step.kind === "role" ? "roles" : step.kind === "team" ? "teams" : "groups"}#search=${encodeURIComponent(step.name)}`}>
              {step.kind} {step.name}
            </Link>
          </span>
        ))}
      </span>
      {(origin.from ?? origin.until) !== undefined && (
        <span>
          in force {origin.from && <>from <Time value={origin.from} /></>} {origin.until && <>until <Time value={origin.until} /></>}
        </span>
      )}
      {given && (
        <span className={cx(styles.quiet)}>
          <Link to={`/assignments/${given.assignment}`}>Assignment</Link>
          {given.granted && (
            <>
              {" "}
              by <Actor actor={given.granted} /> <Time value={given.granted.at} />
            </>
          )}
          {given.reason && <>: “{given.reason}”</>}
        </span>
      )}
    </div>
  );
}
