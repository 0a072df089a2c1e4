// Writes src/api/schema.d.ts from the API's description. `--check` compares instead.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const FILE = new URL("../src/api/schema.d.ts", import.meta.url);
const whole = JSON.parse(readFileSync(new URL("../../docs/reference/openapi.json", import.meta.url), "utf8"));

// SCIM is for other programs than this one.
for (const path of Object.keys(whole.paths)) if (path.startsWith("/scim/")) delete whole.paths[path];

// The list of codes changes with every new one, and says nothing to a type.
delete whole.components.schemas.Problem.description;
delete whole.components.schemas.Problem.properties.code.enum;

const banner = "// Written by `npm run generate` from docs/reference/openapi.json. Do not edit.\n\n";
const text = banner + astToString(await openapi(whole, { alphabetize: true, defaultNonNullable: false }));
if (process.argv.includes("--check")) {
  if (readFileSync(FILE, "utf8") !== text) {
    console.error("src/api/schema.d.ts is not what docs/reference/openapi.json says: run `npm run generate`");
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
