import * as bindings from "../../wasm/engine.js";
import { loader } from "../wasm.js";

export type { WasmSource } from "../wasm.js";

/** Loads the engine. From `src/engine` and from `dist/engine`, it is the same way to the file, which bundlers look for in these words. */
export const load = loader(bindings, new URL("../../wasm/engine_bg.wasm", import.meta.url), "the permission engine");
