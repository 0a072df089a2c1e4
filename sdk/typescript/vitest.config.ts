import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // The examples of README.md name the package as its users do.
    alias: [
      // The one that `@apollo/subgraph` requires: types of two copies of it know nothing of each other.
      { find: /^graphql$/, replacement: source("node_modules/graphql/index.js") },
      { find: /^@casemate\/sdk$/, replacement: source("src/index.ts") },
      { find: /^@casemate\/sdk\/react$/, replacement: source("src/react.tsx") },
      { find: /^@casemate\/sdk\/(.+)$/, replacement: `${source("src/")}$1.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    // The real server is started once for each file that needs it, which on a busy machine takes seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
