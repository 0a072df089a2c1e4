import * as bindings from "../../wasm/engine.js";
import { EngineError } from "../errors.js";

/** What the engine can be loaded from. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | URL;

/** From `src/engine` and from `dist/engine`, it is the same way. */
const WASM = new URL("../../wasm/engine_bg.wasm", import.meta.url);

let loaded: Promise<typeof bindings> | undefined;

/** Loads the engine once, however often it is asked for; a load that failed is tried again by the next. */
export function load(source?: WasmSource): Promise<typeof bindings> {
  loaded ??= begin(source).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function begin(source: WasmSource = WASM): Promise<typeof bindings> {
  try {
    const module_or_path = source instanceof URL ? await fetched(source) : source;
    await bindings.default({ module_or_path });
    return bindings;
  } catch (error) {
    const why = error instanceof Error ? error.message : "no reason given";
    throw new EngineError("engine_failed", `the permission engine could not be loaded: ${why}`);
  }
}

async function fetched(url: URL): Promise<BufferSource | Response> {
  if (url.protocol !== "file:") return fetch(url);
  // A name that bundlers for browsers do not follow.
  const files = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ files)) as typeof import("node:fs/promises");
  return new Uint8Array(await readFile(url));
}
