// Takes the examples out of README.md, so that they are compiled and run: each stands below a line `<!-- run NAME -->`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const made = new URL("../test/.made/", import.meta.url);
const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
rmSync(made, { recursive: true, force: true });
mkdirSync(made);
const examples = [...text.matchAll(/<!-- run (\S+) -->\n```(tsx?)\n(.*?)```/gs)];
const blocks = [...text.matchAll(/^```tsx?$/gm)];
if (examples.length !== blocks.length) throw new Error("an example in README.md has no name, and would not be run");
for (const [, name, language, code] of examples) writeFileSync(new URL(`${name}.${language}`, made), code);
