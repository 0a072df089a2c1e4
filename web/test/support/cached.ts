import type { Page } from "playwright-core";

interface Fiber {
  memoizedProps?: { client?: Client };
  child?: Fiber;
  sibling?: Fiber;
  stateNode?: { current?: Fiber };
}
interface Client {
  getQueryCache?: () => Cache;
  getMutationCache: () => Cache;
}
interface Cache {
  getAll: () => { queryKey?: unknown; state: unknown }[];
}

/** All that the console keeps of what it read and sent, as text: found where React has it. */
export async function cached(page: Page): Promise<string> {
  return page.evaluate(() => {
    const root = document.getElementById("root") as unknown as Record<string, Fiber>;
    const name = Object.keys(root).find((key) => key.startsWith("__reactContainer$")) ?? "";
    const waiting: (Fiber | undefined)[] = [root[name]?.stateNode?.current];
    for (let fiber = waiting.pop(); fiber !== undefined; fiber = waiting.pop()) {
      const client = fiber.memoizedProps?.client;
      if (client?.getQueryCache) {
        const queries = client.getQueryCache().getAll().map(({ queryKey, state }) => ({ queryKey, state }));
        const mutations = client.getMutationCache().getAll().map(({ state }) => state);
        return JSON.stringify({ queries, mutations });
      }
      if (fiber.sibling) waiting.push(fiber.sibling);
      if (fiber.child) waiting.push(fiber.child);
    }
    throw new Error("there is no cache to be found");
  });
}
