import { expect, it, vi } from "vitest";

vi.mock("../../api/client", () => ({ ownHeaders: () => ({}), problemOf: () => undefined }));
const { messages } = await import("./stream");

it("reads messages wherever the stream is cut", () => {
  const take = messages();
  expect(take("event: ready\nid: 7\nda")).toEqual([]);
  expect(take('ta: {"id":7}\n\nevent: event\nid: 8\ndata: {}\n\nevent:')).toEqual([
    { event: "ready", id: "7", data: '{"id":7}' },
    { event: "event", id: "8", data: "{}" },
  ]);
  expect(take(" alive\nid: 9\ndata: {}\n\n: a comment\n\n")).toEqual([{ event: "alive", id: "9", data: "{}" }]);
});
