import { useQuery } from "@tanstack/react-query";
import { type ApiError, type Schema, api, got, useAllowed } from "../../api";
import { CopyAsCurl, CopyButton, EmptyState, ErrorState, Page, Panel, SkeletonLines, Stack, cx, useFragmentState } from "../../ui";
import { Answer } from "./answer";
import type { Explanation } from "./answer-of";
import { WhyForm } from "./form";
import { type Asked, DEFAULTS, isBlank, questionOf } from "./question";
import styles from "./why.module.css";

/** Why somebody may do something, or why not. */
export function WhyPage() {
  const [asked, setAsked] = useFragmentState(DEFAULTS);
  const { question, mistakes } = questionOf(asked);
  const mayAsk = useAllowed("casemate.decision.ask");
  const query = useQuery<Explanation, ApiError>({
    queryKey: ["/api/v1/explain", question],
    enabled: question !== undefined && mayAsk === true,
    staleTime: 0,
    queryFn: async ({ signal }) => ask(question as Schema<"Question">, signal),
  });
  const onAsk = (next: Asked) => {
    if (JSON.stringify(next) === JSON.stringify(asked)) void query.refetch();
    else setAsked(next);
  };
  const hasResource = asked.type !== "";
  if (mayAsk === false) {
    return (
      <Page title="Why?">
        <EmptyState icon="lock" title="You may not ask for decisions">
          It needs the permission casemate.decision.ask in this tenant.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page
      actions={question && <CopyAsCurl body={question} method="POST" path={hasResource ? "/api/v1/explain" : "/api/v1/check"} />}
      description="Who may do what, on which resource: the answer, where it comes from, and what would change it."
      title="Why?"
    >
      <div className={styles.columns}>
        <WhyForm asked={asked} isBusy={query.isFetching} mistakes={isBlank(asked) ? {} : mistakes} onAsk={onAsk} />
        <div aria-live="polite" className={cx(question !== undefined && styles.first)}>
          <Stack>
            {question === undefined && (
              <Panel title="Answer">
                <EmptyState compact icon="info" title={isBlank(asked) ? "Nothing is asked yet" : "Something is missing"}>
                  {isBlank(asked) ? "Say who, and what they want to do. Denials in the audit trail lead here with all of it filled in." : "The question says what, at its fields."}
                </EmptyState>
              </Panel>
            )}
            {question !== undefined && query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
            {question !== undefined && query.isPending && mayAsk && (
              <Panel title="Answer">
                <SkeletonLines lines={7} />
              </Panel>
            )}
            {query.data && question && !query.error && <Answer actions={<CopyButton text={JSON.stringify(query.data, null, 2)} />} answer={query.data} asked={asked} question={question} />}
          </Stack>
        </div>
      </div>
    </Page>
  );
}

/** Explains where a resource is named; without one, the three answers are all that there is. */
async function ask(question: Schema<"Question">, signal: AbortSignal): Promise<Explanation> {
  if (question.resource) return got(await api.POST("/api/v1/explain", { body: question, signal })) as unknown as Explanation;
  const { decision, reason_code, permission, message } = got(await api.POST("/api/v1/check", { body: question, signal }));
  return { decision, reason_code, name: question.action.name, ...(message ? { text: message } : {}), ...(permission ? { granted: permission } : {}) };
}
