/** A number and its word: `1 member`, `12 members`, `1,000 or more members` where no more were counted. */
export function counted(count: number, word: string, most?: number): string {
  return `${most !== undefined && count >= most ? `${most.toLocaleString("en")} or more` : count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}
