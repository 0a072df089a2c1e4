import { afterAll, expect, it, vi } from "vitest";
import { asJson } from "./export";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://localhost", search: "" }));
afterAll(() => vi.unstubAllGlobals());

/** Answers one page after the other; gives what was asked for. */
function answering(pages: readonly { items: unknown[]; next?: string }[]): unknown[] {
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, { body, signal }: { body: string; signal: AbortSignal }) => {
    signal.throwIfAborted();
    asked.push(JSON.parse(body));
    return Response.json(pages[asked.length - 1]);
  });
  return asked;
}

const asked = { path: "/api/v1/users/search", body: { search: "a" } };

it("saves all pages as one list of JSON", async () => {
  const sent = answering([{ items: [{ id: 1 }, { id: 2 }], next: "2" }, { items: [], next: "3" }, { items: [{ id: 3, deep: { in: [4] } }] }]);
  const counts: number[] = [];
  const blob = await asJson(asked, { signal: new AbortController().signal, onProgress: (count) => counts.push(count) });
  const items = [{ id: 1 }, { id: 2 }, { id: 3, deep: { in: [4] } }];
  expect(await blob.text()).toBe(`${JSON.stringify(items, null, 2)}\n`);
  expect(counts).toEqual([2, 2, 3]);
  expect(sent).toMatchObject([{ search: "a" }, { after: "2" }, { after: "3" }]);
});

it("saves a list of nothing", async () => {
  answering([{ items: [] }]);
  expect(await (await asJson(asked, { signal: new AbortController().signal })).text()).toBe("[]\n");
});

it("gives up where the list does not go on", async () => {
  const sent = answering([{ items: [1], next: "x" }, { items: [2], next: "x" }, { items: [2], next: "x" }]);
  await expect(asJson(asked, { signal: new AbortController().signal })).rejects.toThrow("same page twice");
  expect(sent).toHaveLength(2);
});

it("ends when it is cancelled", async () => {
  const controller = new AbortController();
  const sent = answering([{ items: [1], next: "2" }, { items: [2], next: "3" }, { items: [3] }]);
  await expect(asJson(asked, { signal: controller.signal, onProgress: () => controller.abort() })).rejects.toThrow();
  expect(sent).toHaveLength(1);
});
