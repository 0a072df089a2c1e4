import { useEffect, useRef, useState } from "react";
import type { Asked } from "../api/pages";
import { Button } from "./button";
import { copyCurl } from "./copy-as-curl";
import { type Exporting, asCsv, asJson, save } from "./export";
import { Menu } from "./menu";
import { toastError } from "./toast";

/** Saves all that a list finds, as CSV or JSON, or copies the request for a shell. `name` is that of the file: "users". */
export function ExportMenu({ asked, name }: { asked: Asked; name: string }) {
  /** How many entries came of what is being saved. */
  const [came, setCame] = useState<number | undefined>();
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = (make: (asked: Asked, exporting: Exporting) => Promise<Blob>, ending: string) => {
    const controller = new AbortController();
    running.current = controller;
    setCame(0);
    make(asked, { signal: controller.signal, onProgress: setCame })
      .then((blob) => save(blob, `${name}.${ending}`))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) toastError(error);
      })
      .finally(() => setCame(undefined));
  };
  if (came !== undefined) {
    return (
      <Button icon="x" onPress={() => running.current?.abort()}>
        {came === 0 ? "Cancel export" : `Cancel export (${came.toLocaleString("en")})`}
      </Button>
    );
  }
  return (
    <Menu
      groups={[
        {
          entries: [
            { id: "csv", label: "CSV", icon: "download", help: "For spreadsheets", onAction: () => run(asCsv, "csv") },
            { id: "json", label: "JSON", icon: "download", help: "All entries as the API gives them", onAction: () => run(asJson, "json") },
          ],
        },
        { entries: [{ id: "curl", label: "Copy as curl", icon: "terminal", help: "The same request for a shell", onAction: () => void copyCurl({ method: "POST", path: asked.path, body: asked.body }) }] },
      ]}
      label="Export"
      trigger={<Button icon="download">Export</Button>}
    />
  );
}
