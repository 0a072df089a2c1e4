import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // A real server is started for each file, which on a busy machine takes seconds.
    testTimeout: 120_000,
    hookTimeout: 90_000,
    globalSetup: "test/support/seeded.ts",
    maxWorkers: 3,
    // Files follow each other in a process, which keeps its browser.
    isolate: false,
    // On a busy machine a key may be pressed before the page hears it: what fails twice has failed, and the first time is told.
    retry: 1,
  },
});
