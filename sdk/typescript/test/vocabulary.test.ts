import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Engine } from "../src/index.js";
import { vocabulary } from "../src/types/write.js";

const here = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

async function written(...schemas: string[]): Promise<string> {
  return vocabulary((await Engine.load()).catalog(schemas).describe());
}

/** What `tsc -p test/vocabulary` compiles is what the schema declares. */
it("writes the types that are compiled", async () => {
  await expect(await written(here("vocabulary/pages.toml"))).toMatchFileSnapshot("vocabulary/pages.ts");
});

it("checks of very many names no more than the compiler can bear", async () => {
  const pages = here("vocabulary/pages.toml");
  const many = Array.from({ length: 200 }, (_, number) => `[[permission]]\nname = "pb.word${number}.list"\n`);
  const text = await written(`${pages}\n${many.join("\n")}`);
  expect(text).toContain('`${"" | "p" | "pb"}${"*" | "?" | "{"}${string}`');
  expect(text).toContain('`pb.${string}${"*" | "?" | "{"}${string}`');
  expect(text).not.toContain('"pb.w"');
});

it("writes several schemas together", async () => {
  const text = await written(here("vocabulary/pages.toml"), here("../../../examples/policy/notes.toml"));
  expect(text).toContain("`notes.${string}`");
  expect(text).toContain('"pb.page.list"');
  expect(text).toContain('"author"?: string | undefined;');
  // Notes have no template: their resources may be of any type.
  expect(text).toContain("resource: string;");
});
