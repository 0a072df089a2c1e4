import { expect, it } from "vitest";
import { ApiError } from "../../api/error";
import { endAll } from "./ending";

/** Ends what is asked for, but for those that answer something else. */
function server(answers: Record<string, number>) {
  const asked: string[] = [];
  const end = async (id: string) => {
    asked.push(id);
    if (answers[id] !== undefined) throw new ApiError(answers[id], { code: `c${answers[id]}`, title: "no" });
  };
  return { asked, end };
}

it("one that is over already is no reason to stop", async () => {
  const { asked, end } = server({ a: 404, c: 404 });
  await endAll(["a", "b", "c", "d"], end);
  expect(asked).toEqual(["a", "b", "c", "d"]);
});

it("one that cannot be ended does not keep the others, and is told", async () => {
  const { asked, end } = server({ b: 500 });
  await expect(endAll(["a", "b", "c"], end)).rejects.toMatchObject({ status: 500, code: "c500", title: "1 of 3 sessions could not be ended" });
  expect(asked).toEqual(["a", "b", "c"]);
});

it("stops where signing in is needed", async () => {
  const { asked, end } = server({ b: 401 });
  await expect(endAll(["a", "b", "c"], end)).rejects.toMatchObject({ status: 401 });
  expect(asked).toEqual(["a", "b"]);
});
