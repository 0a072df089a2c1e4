import { EngineError } from "./errors.js";

/** What WebAssembly can be loaded from. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | URL;

/** What wasm-bindgen writes beside a WebAssembly file. */
interface Bindings {
  default(options: { module_or_path: Exclude<WasmSource, URL> }): Promise<unknown>;
}

/** Loads it once, however often it is asked for, from `file` unless told otherwise; a load that failed is tried again by the next. */
export function loader<B extends Bindings>(bindings: B, file: URL, what: string): (source?: WasmSource) => Promise<B> {
  let loaded: Promise<B> | undefined;
  const begin = async (source: WasmSource): Promise<B> => {
    try {
      const module_or_path = source instanceof URL ? await fetched(source) : source;
      await bindings.default({ module_or_path });
      return bindings;
    } catch (error) {
      const why = error instanceof Error ? error.message : "no reason given";
      throw new EngineError("engine_failed", `${what} could not be loaded: ${why}`);
    }
  };
  return (source = file) => {
    loaded ??= begin(source).catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

async function fetched(url: URL): Promise<BufferSource | Response> {
  if (url.protocol !== "file:") return fetch(url);
  // A name that bundlers for browsers do not follow.
  const files = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ files)) as typeof import("node:fs/promises");
  return new Uint8Array(await readFile(url));
}
