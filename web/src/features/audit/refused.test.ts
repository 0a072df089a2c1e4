import { afterAll, expect, it, vi } from "vitest";
import { follow } from "./stream";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://localhost", search: "" }));
afterAll(() => vi.unstubAllGlobals());

/** What a tail tells of itself when it is answered so, at once; the clock stands still. */
async function told(answer: () => Response): Promise<string[]> {
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("fetch", async () => answer());
  const all: string[] = [];
  const stop = await new Promise<() => void>((resolve) => {
    const done = (word: string) => {
      all.push(word);
      resolve(() => end());
    };
    const end = follow({}, { onOpen: () => undefined, onEvent: () => undefined, onLost: (_, wait) => done(`lost, again in ${wait}`), onRefused: (error) => done(`refused: ${error.code}`) });
  });
  all.push(`${vi.getTimerCount()} waiting`);
  stop();
  vi.useRealTimers();
  return all;
}

it.each([400, 401, 403, 422])("a tail that was refused with %i is not asked for again", async (status) => {
  expect(await told(() => Response.json({ code: "no" }, { status }))).toEqual(["refused: no", "0 waiting"]);
});

it.each([408, 429, 500, 503])("a tail that failed with %i is tried again", async (status) => {
  expect(await told(() => Response.json({ code: "later" }, { status }))).toEqual(["lost, again in 1000", "1 waiting"]);
});
