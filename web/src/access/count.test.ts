import { expect, it } from "vitest";
import { countedOf, gathered } from "./count";

const pages = (all: number[][]) => (after: string | undefined) => {
  const at = Number(after ?? 0);
  return Promise.resolve({ items: all[at] ?? [], next: at + 1 < all.length ? String(at + 1) : null });
};

it("counts to the end, over pages that hold nothing", async () => {
  expect(await gathered(100, pages([[], [], [1, 2]]))).toEqual({ items: [1, 2], isAll: true });
  expect(await gathered(100, pages([[]]))).toEqual({ items: [], isAll: true });
});

it("says where it did not come to the end", async () => {
  const some = await gathered(3, pages([[1, 2], [3, 4], [5]]));
  expect(some).toEqual({ items: [1, 2, 3, 4], isAll: false });
  expect(countedOf(some, "holder")).toBe("4 or more holders");
  expect(countedOf({ items: [1], isAll: true }, "holder")).toBe("1 holder");
  expect((await gathered(100, () => Promise.resolve({ items: [], next: "again" }))).isAll).toBe(false);
});

it("hands on that it failed, and never takes that for nothing", async () => {
  await expect(gathered(100, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
