/** A number and its word: `1 member`, `12 members`, `1,000 or more members` where no more were counted. */
export function counted(count: number, word: string, most?: number): string {
  return `${most !== undefined && count >= most ? `${most.toLocaleString("en")} or more` : count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/** What was counted, and whether that is all of it. */
export interface Gathered<T> {
  items: T[];
  isAll: boolean;
}

/** The most pages that are read to count something. */
const PAGES = 50;

/** Reads a list page by page until its end, or until there are `most`. A page may hold nothing, and others follow. */
export async function gathered<T>(most: number, read: (after: string | undefined) => Promise<{ items: T[]; next?: string | null }>): Promise<Gathered<T>> {
  const items: T[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES && items.length < most; page += 1) {
    const { items: some, next } = await read(after);
    items.push(...some);
    if (!next) return { items, isAll: true };
    if (next === after) break;
    after = next;
  }
  return { items, isAll: false };
}

/** How many were gathered, and their word: `3 members`, or `3 or more members` where not all were read. */
export function countedOf({ items, isAll }: Gathered<unknown>, word: string): string {
  return isAll ? counted(items.length, word) : `${items.length.toLocaleString("en")} or more ${word}s`;
}
