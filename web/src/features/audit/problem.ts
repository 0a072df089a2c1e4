import { ApiError, asApiError } from "../../api";

export type { ApiError, Schema } from "../../api";

/** Whatever was thrown, as what forms show: also where the WebAssembly could not be loaded. */
export function asApiErrorOf(error: unknown): never {
  throw error instanceof ApiError ? error : asApiError(error);
}
