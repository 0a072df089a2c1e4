// How calm a page is while what it reads comes in.
import type { Page } from "playwright-core";

/** From now on, answers of the API are given to the page some frames after they came, not all at once: what stands in their place until then is seen. */
export async function answerLate(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sent = window.fetch.bind(window);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    let asked = 0;
    window.fetch = async (...what) => {
      const late = 2 + 2 * (asked % 4);
      asked += 1;
      const answer = await sent(...what);
      for (let left = late; left > 0; left -= 1) await frame();
      return answer;
    };
  });
}

/** How far what stood there was moved, as Chromium reckons it, of all that nobody asked for, and what was moved most. */
export function shifts(page: Page): Promise<{ sum: number; moved: string[] }> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const watch = new PerformanceObserver(() => undefined);
    watch.observe({ type: "layout-shift", buffered: true });
    interface Shift extends PerformanceEntry {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
    }
    const entries = (watch.takeRecords() as Shift[]).filter(({ hadRecentInput }) => !hadRecentInput);
    const named = (node: Node | null) => (node instanceof Element ? `${node.localName}.${node.className}` : (node?.nodeName ?? "")) + ` ${(node?.textContent ?? "").slice(0, 40)}`;
    return {
      sum: entries.reduce((sum, { value }) => sum + value, 0),
      moved: entries
        .filter(({ value }) => value > 0.005)
        .flatMap(({ value, sources }) => sources.map(({ node, previousRect, currentRect }) => `${value.toFixed(3)} ${named(node)}: ${Math.round(previousRect.top)} to ${Math.round(currentRect.top)}`)),
    };
  });
}
