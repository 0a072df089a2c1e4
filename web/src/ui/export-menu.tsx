import { useState } from "react";
import type { Asked } from "../api/pages";
import { Button } from "./button";
import { asCsv, asCurl, asJson, save } from "./export";
import { Menu } from "./menu";
import { toast, toastError } from "./toast";

/** Saves all that a list finds, as CSV or JSON, or copies the request for a shell. `name` is that of the file: "users". */
export function ExportMenu({ asked, name }: { asked: Asked; name: string }) {
  const [isBusy, setIsBusy] = useState(false);
  const run = (make: (asked: Asked) => Promise<Blob>, ending: string) => {
    setIsBusy(true);
    make(asked)
      .then((blob) => save(blob, `${name}.${ending}`), toastError)
      .finally(() => setIsBusy(false));
  };
  const curl = () => {
    void navigator.clipboard.writeText(asCurl({ method: "POST", path: asked.path, body: asked.body })).then(() => toast("The command is in the clipboard"));
  };
  return (
    <Menu
      groups={[
        {
          entries: [
            { id: "csv", label: "CSV", icon: "download", help: "For spreadsheets", onAction: () => run(asCsv, "csv") },
            { id: "json", label: "JSON", icon: "download", help: "All entries as the API gives them", onAction: () => run(asJson, "json") },
          ],
        },
        { entries: [{ id: "curl", label: "Copy as curl", icon: "terminal", help: "The same request for a shell", onAction: curl }] },
      ]}
      label="Export"
      trigger={
        <Button icon="download" pending={isBusy}>
          Export
        </Button>
      }
    />
  );
}

/** Copies a request of the API for a shell. */
export function CopyAsCurl({ method, path, body }: { method?: string; path: string; body?: unknown }) {
  const copy = () => {
    const text = asCurl({ path, ...(method === undefined ? {} : { method }), ...(body === undefined ? {} : { body }) });
    void navigator.clipboard.writeText(text).then(() => toast("The command is in the clipboard"));
  };
  return (
    <Button icon="terminal" kind="quiet" onPress={copy}>
      Copy as curl
    </Button>
  );
}
