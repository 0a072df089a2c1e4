import { ApiError, type Schema, api, asApiError, got, ifMatch } from "../../api";
import { written } from "./certificate";

export type Entry = Schema<"AccessReviewEntry">;
type Assignment = Schema<"StoredAssignmentEntry">;

/** What became of one assignment. */
export interface Outcome {
  id: string;
  /** As it was, so that it can be so again. */
  before?: Assignment;
  error?: ApiError;
}

async function one(id: string, verb: "Certified" | "Revoked", by: string, note: string): Promise<Assignment> {
  const path = { id };
  const before = got(await api.GET("/api/v1/assignments/{id}", { params: { path } }));
  const now = new Date().toISOString();
  const reason = written(verb, { by, note, day: now.slice(0, 10), reason: before.document.reason });
  const header = ifMatch(before);
  const isToCome = before.document.from !== undefined && before.document.from !== null && Date.parse(before.document.from) > Date.parse(now);
  // What has not begun cannot end: it goes.
  if (verb === "Revoked" && isToCome) await api.DELETE("/api/v1/assignments/{id}", { params: { path, header } });
  else await api.PUT("/api/v1/assignments/{id}", { params: { path, header }, body: { ...before.document, reason, ...(verb === "Revoked" ? { until: now } : {}) } });
  return before;
}

/** Certifies or revokes one after the other. A sign-in that is needed ends it; whatever else is wrong with one is told of it. */
export async function actOn(ids: readonly string[], verb: "Certified" | "Revoked", by: string, note: string, onProgress: (done: number) => void): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const id of ids) {
    try {
      all.push({ id, before: await one(id, verb, by, note) });
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.wantsSignIn) throw error;
      all.push({ id, error });
    }
    onProgress(all.length);
  }
  return all;
}

/** Makes assignments what they were before. */
export async function takeBack(outcomes: readonly Outcome[]): Promise<void> {
  for (const { id, before } of outcomes) {
    if (!before) continue;
    const now = await api.GET("/api/v1/assignments/{id}", { params: { path: { id } } }).catch((error: unknown) => {
      if (asApiError(error).status === 404) return undefined;
      throw error;
    });
    if (now?.data) await api.PUT("/api/v1/assignments/{id}", { params: { path: { id }, header: ifMatch(got(now)) }, body: before.document });
    else await api.POST("/api/v1/assignments", { body: before.document });
  }
}
