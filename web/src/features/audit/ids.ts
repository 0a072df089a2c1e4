/** Ids of events as somebody types them, one after another, and what is none of them. */
export function idsOf(text: string): { ids: number[]; strange: string[] } {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const isId = (word: string) => /^\d+$/.test(word) && Number.isSafeInteger(Number(word));
  return { ids: [...new Set(words.filter(isId).map(Number))], strange: words.filter((word) => !isId(word)) };
}
