/** What time it is, and waiting for a time: handed in, so that tests move it. Times are milliseconds. */
export interface Clock {
  /** Since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Since some moment; it never goes back, for nobody sets it. */
  elapsed(): number;
  /** Ends once so much time has passed, or at once where the signal ends it. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. What sleeps by it keeps no program alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const ended = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", ended);
        resolve();
      };
      const timer = setTimeout(ended, milliseconds);
      // A number in browsers, an object in Node.
      if (typeof timer === "object") timer.unref();
      if (signal?.aborted) ended();
      else signal?.addEventListener("abort", ended, { once: true });
    }),
};
