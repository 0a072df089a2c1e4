import { ApiError, asApiError } from "../../api/error";

/**
 * Ends sessions one after another. One that is over is what was asked for; one that cannot be ended does not keep the others. Where
 * signing in is needed, it stops, and can be done again.
 */
export async function endAll(ids: readonly string[], end: (id: string) => Promise<unknown>): Promise<void> {
  const failed: ApiError[] = [];
  for (const id of ids) {
    try {
      await end(id);
    } catch (error) {
      const problem = asApiError(error);
      if (problem.status === 404) continue;
      if (problem.wantsSignIn) throw problem;
      failed.push(problem);
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  if (ids.length === 1) throw first;
  throw new ApiError(first.status, {
    ...first.problem,
    code: first.code,
    title: `${failed.length} of ${ids.length} sessions could not be ended`,
    detail: `The others are. ${first.detail ?? first.title}`,
    ...(first.requestId === undefined ? {} : { request_id: first.requestId }),
  });
}
