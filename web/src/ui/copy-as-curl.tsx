import { Button } from "./button";
import { NOT_COPIED, copyText } from "./copy";
import { asCurl } from "./export";
import { toast, toastError } from "./toast";

/** Puts a request of the API into the clipboard, for a shell. */
export async function copyCurl(request: Parameters<typeof asCurl>[0]): Promise<void> {
  if (await copyText(asCurl(request))) toast("The command is in the clipboard");
  else toastError(new Error(NOT_COPIED));
}

/** Copies a request of the API for a shell. */
export function CopyAsCurl({ method, path, body }: { method?: string; path: string; body?: unknown }) {
  const request = { path, ...(method === undefined ? {} : { method }), ...(body === undefined ? {} : { body }) };
  return (
    <Button icon="terminal" kind="quiet" onPress={() => void copyCurl(request)}>
      Copy as curl
    </Button>
  );
}
