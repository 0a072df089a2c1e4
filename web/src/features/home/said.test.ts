import { expect, it } from "vitest";
import { counted, healthOf, noteOf, severeOf } from "./said";

const none = { items: [], hasMore: false, error: null };
const failed = { ...none, error: new Error("no") };

it("says nothing of what could not be read", () => {
  expect([counted(none), noteOf(none, "Networks"), severeOf(none, 0)]).toEqual(["0", "Networks", "Nothing severe"]);
  expect([counted(failed), noteOf(failed, "Networks"), severeOf(failed, 0)]).toEqual(["–", "Not known", "Not known"]);
});

it("says that there are more", () => {
  const some = { items: [1, 2], hasMore: true, error: null };
  expect([counted(some), severeOf(some, 0), severeOf(some, 1)]).toEqual(["2+", "Nothing severe so far", "1 or more high or critical"]);
});

it("never says that everything answers beside a server that does not", () => {
  const ready = { ready: true } as never;
  expect(healthOf(ready, null, [])).toMatchObject({ value: "Ready", note: "Everything answers" });
  expect(healthOf(ready, null, ["A sink fails"])).toMatchObject({ value: "Degraded", note: "A sink fails" });
  for (const [data, error] of [[undefined, new Error("no")], [ready, new Error("no")], [{ ready: false } as never, null]] as const) expect(healthOf(data, error, []).note).not.toBe("Everything answers");
});
