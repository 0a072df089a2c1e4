#!/usr/bin/env node
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Engine } from "../engine/engine.js";
import { EngineError } from "../errors.js";
import { vocabulary } from "./write.js";

const USAGE = `usage: casemate-types --out FILE.ts [--check] SCHEMA.toml...

Writes the types of what the schemas declare. With --check it changes nothing, and fails where FILE.ts differs.`;

/** 0: done. 1: the file differs, or cannot be read or written. 2: the command line or a schema makes no sense. */
async function main(): Promise<number> {
  let out: string | undefined;
  let check: boolean | undefined;
  let schemas: string[];
  try {
    const options = { out: { type: "string" }, check: { type: "boolean" } } as const;
    const read = parseArgs({ options, allowPositionals: true });
    ({ out, check } = read.values);
    schemas = read.positionals;
  } catch (error) {
    return fail(2, `${error instanceof Error ? error.message : "no such option"}\n${USAGE}`);
  }
  if (out === undefined || schemas.length === 0) return fail(2, USAGE);
  try {
    const texts = await Promise.all(schemas.map((path) => readFile(path, "utf8")));
    const text = vocabulary((await Engine.load()).catalog(texts).describe());
    if (!check) {
      await writeFile(out, text);
      return 0;
    }
    if ((await readFile(out, "utf8")) === text) return 0;
    return fail(1, `${out} is not what the schemas declare: write it again without --check`);
  } catch (error) {
    if (!(error instanceof EngineError)) return fail(1, error instanceof Error ? error.message : "it failed");
    const places = error.problems.map(
      ({ schema, line, column, message }) => `${schemas[schema ?? -1] ?? "schemas"}:${line ?? 1}:${column ?? 1}: ${message}`,
    );
    return fail(2, places.length === 0 ? error.message : places.join("\n"));
  }
}

function fail(code: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}

process.exitCode = await main();
