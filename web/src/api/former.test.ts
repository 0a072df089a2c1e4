import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { forgetFormer } from "./former";

it("keeps nothing that the former person read, but for what the next may read too", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let who = "ada";
  const read = (may: boolean) => async () => {
    if (who !== "ada" && !may) throw new Error("refused");
    return `as ${who} reads it`;
  };
  const shown = new QueryObserver(queries, { queryKey: ["shown"], queryFn: read(true) });
  const refused = new QueryObserver(queries, { queryKey: ["refused"], queryFn: read(false) });
  const stops = [shown.subscribe(() => undefined), refused.subscribe(() => undefined)];
  await queries.fetchQuery({ queryKey: ["left"], queryFn: read(false) });
  await expect.poll(() => [shown.getCurrentResult().data, refused.getCurrentResult().data]).toEqual(["as ada reads it", "as ada reads it"]);
  who = "tim";
  await forgetFormer(queries);
  expect(queries.getQueryData(["left"])).toBeUndefined();
  expect(shown.getCurrentResult().data).toBe("as tim reads it");
  expect(refused.getCurrentResult()).toMatchObject({ data: undefined, status: "error" });
  for (const stop of stops) stop();
  queries.clear();
});
