import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** What the first page may weigh: scripts, compressed, in bytes. */
const FIRST = 165_000;

interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
  src?: string;
}

describe("what is built", () => {
  it("has a first page of scripts under 165 kB", async () => {
    const manifest = JSON.parse(await readFile(`${DIST}.vite/manifest.json`, "utf8")) as Record<string, Chunk>;
    const files = new Set<string>(["theme.js"]);
    const add = (name: string) => {
      const chunk = manifest[name];
      if (!chunk || files.has(chunk.file)) return;
      files.add(chunk.file);
      for (const one of chunk.imports ?? []) add(one);
    };
    add("index.html");
    add("src/features/home/home.tsx");
    const sizes = await Promise.all([...files].map(async (file) => [file, gzipSync(await readFile(DIST + file), { level: 9 }).length] as const));
    const sum = sizes.reduce((all, [, size]) => all + size, 0);
    expect(sum, sizes.map(([file, size]) => `${file} ${size}`).join("\n")).toBeLessThan(FIRST);
    expect([...files].some((file) => file.includes("editor"))).toBe(false);
  });

  it("holds nothing that its policy would refuse", async () => {
    const page = await readFile(`${DIST}index.html`, "utf8");
    expect(page.match(/__NONCE__/g)).toHaveLength(1);
    expect(page).not.toMatch(/<style|style="|javascript:|data:|\son\w+="|<script(?![^>]*\bsrc=)/);
    for (const name of await readdir(`${DIST}assets`)) {
      if (name.endsWith(".css")) expect(await readFile(`${DIST}assets/${name}`, "utf8"), name).not.toMatch(/data:|https?:\/\//);
      if (!/\.gz$/.test(name)) expect(name, "names say what is in files").toMatch(/-[\w-]{8}\.\w+$/);
    }
  });
});
