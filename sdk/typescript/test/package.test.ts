import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const NOTES = fileURLToPath(new URL("../../../examples/policy/notes.toml", import.meta.url));

/** Plain Node on what was built, without anything of the tests. */
async function node(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: PACKAGE });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

it("is imported by its name, and loads its engine", async () => {
  const program = `
    import { Engine } from "@casemate/sdk";
    import { Engine as Same } from "@casemate/sdk/engine";
    const set = (await Engine.load()).catalog().compile([{ name: "a.*" }]);
    const question = { subject: { type: "user", id: "ada" }, action: { name: "a.b" } };
    console.log(set.check(question).effect, Engine === Same);
    const { verifyEvent } = await import("@casemate/sdk/audit");
    console.log((await verifyEvent({ proof: "", key: "" })).steps.map(({ step }) => step).join(" "));
    for (const name of ["express", "fastify", "graphql", "react"]) console.log(Object.keys(await import("@casemate/sdk/" + name)).length > 1);
  `;
  const { code, stdout, stderr } = await node("--input-type=module", "--eval", program);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe("allowed true\nkey proof checkpoint event leaf inclusion cosignatures\ntrue\ntrue\ntrue\ntrue\n");
});

it("writes types by its command, and notices old ones", async () => {
  const folder = await mkdtemp(join(tmpdir(), "casemate-types-"));
  try {
    const out = join(folder, "notes.ts");
    const command = "dist/types/command.js";
    expect(await node(command, "--out", out, NOTES)).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(out, "utf8")).toContain("`notes.${string}`");
    expect(await node(command, "--check", "--out", out, NOTES)).toMatchObject({ code: 0 });
    await writeFile(out, "old");
    expect(await node(command, "--check", "--out", out, NOTES)).toMatchObject({ code: 1 });
    expect(await readFile(out, "utf8")).toBe("old");
    const broken = join(folder, "broken.toml");
    await writeFile(broken, (await readFile(NOTES, "utf8")).replace("resource.author", "resource.autor"));
    const refused = await node(command, "--out", out, broken);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/broken\.toml:\d+:\d+: .*autor/);
    expect(await node(command)).toMatchObject({ code: 2 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
