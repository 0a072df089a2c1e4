// Writes src/generated/api.ts from the part of the API's description that the client asks. `--check` compares instead.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const PATHS = ["/api/v1/check", "/api/v1/filter", "/api/v1/explain", "/api/v1/me"];
const FILE = new URL("../src/generated/api.ts", import.meta.url);

const whole = JSON.parse(readFileSync(new URL("../../../docs/reference/openapi.json", import.meta.url), "utf8"));
const part = { openapi: whole.openapi, info: whole.info, paths: {}, components: {} };

/** What the part refers to belongs to it. */
function add(value) {
  if (typeof value !== "object" || value === null) return;
  const reference = /^#\/components\/([^/]+)\/([^/]+)$/.exec(value.$ref ?? "");
  if (reference) {
    const [, kind, name] = reference;
    part.components[kind] ??= {};
    if (part.components[kind][name] === undefined) {
      const referred = whole.components[kind][name];
      part.components[kind][name] = referred;
      add(referred);
    }
  }
  for (const member of Object.values(value)) add(member);
}

for (const path of PATHS) {
  if (whole.paths[path] === undefined) throw new Error(`the API has no ${path}`);
  part.paths[path] = whole.paths[path];
  add(part.paths[path]);
}
// The list of codes changes with every new one, and says nothing to a type.
if (part.components.schemas?.Problem) {
  const { description: _, ...problem } = part.components.schemas.Problem;
  part.components.schemas.Problem = problem;
}

const banner = "// Written by `npm run generate` from docs/reference/openapi.json. Do not edit.\n\n";
const text = banner + astToString(await openapi(part, { alphabetize: true }));
if (process.argv.includes("--check")) {
  if (readFileSync(FILE, "utf8") !== text) {
    console.error("src/generated/api.ts is not what docs/reference/openapi.json says: run `npm run generate`");
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
