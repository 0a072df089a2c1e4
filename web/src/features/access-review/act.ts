import { type ApiError, type Schema, api, asApiError, got, ifMatch } from "../../api";

export type Entry = Schema<"AccessReviewEntry">;
export type Decision = Schema<"AccessReviewDecision">;
export type Outcome = Schema<"AccessReviewOutcome">;

/** The most that is decided by one request. */
const AT_ONCE = 100;

/**
 * Decides about assignments, each of the revision that was seen. What became of each goes to `onOutcomes` as soon as it is known, so
 * that whoever has to sign in again, or loses the network, goes on with the rest: those of `done` are left out.
 */
export async function decide(entries: readonly Entry[], decision: Decision, reason: string, done: ReadonlyMap<string, Outcome>, onOutcomes: (outcomes: Outcome[]) => void): Promise<void> {
  const left = entries.filter(({ assignment }) => !done.has(assignment));
  for (let start = 0; start < left.length; start += AT_ONCE) {
    const decisions = left.slice(start, start + AT_ONCE).map(({ assignment, revision }) => ({ assignment, revision, decision, reason }));
    onOutcomes(got(await api.POST("/api/v1/access-review/decide", { body: { decisions } })).outcomes);
  }
}

/** Gives again what was revoked, until when it would have lasted. What was changed since is left as it is: gives how many that are. */
export async function takeBack(outcomes: readonly Outcome[]): Promise<number> {
  let left = 0;
  for (const { assignment: id, review } of outcomes) {
    if (!review) continue;
    const { to, role, team, from, until, reason } = review.held;
    const document = { to, ...(team ? { team } : { role: role ?? "" }), ...(from ? { from } : {}), ...(until ? { until } : {}), ...(reason ? { reason } : {}) };
    const now = await api.GET("/api/v1/assignments/{id}", { params: { path: { id } } }).catch((thrown: unknown) => {
      const error: ApiError = asApiError(thrown);
      if (error.status === 404) return undefined;
      throw error;
    });
    // What had not begun is gone, and comes anew.
    if (!now?.data) await api.POST("/api/v1/assignments", { body: document });
    else {
      const { until: ended, ...known } = got(now).document;
      if (!ended || Date.parse(ended) !== Date.parse(review.at)) {
        left += 1;
        continue;
      }
      const body = { ...known, ...(until ? { until } : {}) };
      await api.PUT("/api/v1/assignments/{id}", { params: { path: { id }, header: ifMatch(got(now)) }, body }).catch((thrown: unknown) => {
        if (asApiError(thrown).status !== 412) throw thrown;
        left += 1;
      });
    }
  }
  return left;
}
