import { useEffect, useRef, useState } from "react";
import { type ApiError, asApiError } from "../../api";
import { Button, Dialog, ErrorNotice, Select, copyCurl } from "../../ui";
import { save } from "../../ui/export";
import styles from "./audit.module.css";
import { type Format, type Progress, download } from "./download";
import type { EventSearch } from "./terms";
import { number } from "./words";

const FORMATS: { value: Format; label: string; help: string }[] = [
  { value: "ndjson", label: "NDJSON", help: "A JSON object a line, with what the log is checked by" },
  { value: "csv", label: "CSV", help: "For spreadsheets" },
  { value: "ocsf", label: "OCSF", help: "OCSF 1.8.0, for systems that gather events of many products" },
  { value: "parquet", label: "Parquet", help: "Files of 65,536 events of the log each, as archives have them" },
];

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Saves what is searched, or the whole log, as a file. */
export function ExportDialog({ body, onClose }: { body: EventSearch; onClose: () => void }) {
  const [format, setFormat] = useState<Format>("ndjson");
  const [what, setWhat] = useState<"found" | "whole">("found");
  const [progress, setProgress] = useState<Progress | undefined>();
  const [error, setError] = useState<ApiError | undefined>();
  const [isDone, setIsDone] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const { sort: _, ...found } = body;
  const search: EventSearch = what === "whole" ? { everywhere: true } : found;
  const name = what === "whole" ? "audit-log" : "audit-events";
  const start = () => {
    const controller = new AbortController();
    running.current = controller;
    setError(undefined);
    setIsDone(false);
    setProgress({ bytes: 0, events: 0, files: 0 });
    download({ format, search, name, signal: controller.signal, onProgress: setProgress, onFile: save })
      .then(() => setIsDone(true))
      .catch((thrown: unknown) => {
        if (controller.signal.aborted) setProgress(undefined);
        else setError(asApiError(thrown));
      })
      .finally(() => (running.current = undefined));
  };
  const isBusy = progress !== undefined && !isDone && error === undefined;
  const close = () => {
    running.current?.abort();
    onClose();
  };
  return (
    <Dialog
      actions={
        <>
          <Button
            icon="terminal"
            kind="quiet"
            onPress={() => void copyCurl({ method: "POST", path: "/api/v1/audit-events/export", body: { format, search } })}
          >
            Copy as curl
          </Button>
          {isBusy ? (
            <Button icon="x" onPress={() => running.current?.abort()}>
              Cancel export
            </Button>
          ) : (
            <Button onPress={close}>Close</Button>
          )}
          {!isBusy && (
            <Button icon="download" kind="primary" type="submit">
              {isDone || error ? "Export again" : "Export"}
            </Button>
          )}
        </>
      }
      onClose={close}
      onSubmit={start}
      open
      title="Export events"
    >
      <Select
        disabled={isBusy}
        label="What"
        onChange={(value) => setWhat(value as "found" | "whole")}
        options={[
          { value: "found", label: "What is searched", help: Object.keys(search).length === 0 ? "Nothing is searched: all of this tenant" : "With the filters of the list" },
          { value: "whole", label: "The whole log", help: "All tenants without a gap, so that all of it can be checked" },
        ]}
        value={what}
      />
      <Select disabled={isBusy} label="Format" onChange={(value) => setFormat(value as Format)} options={FORMATS} value={format} />
      <p className={styles.note}>The oldest come first, up to those that are there now. The export is on record.</p>
      {progress && (
        <div aria-live="polite" className={styles.looking}>
          <span>
            {isDone ? "Saved" : error ? "Broke off after" : "Reading"} {progress.events > 0 && `${number(progress.events)} ${progress.events === 1 ? "line" : "lines"}, `}
            {size(progress.bytes)}
            {progress.files > 1 && `, ${progress.files} files`}
          </span>
          {isBusy && <progress aria-label="Export" className={styles.progress} />}
        </div>
      )}
      {isDone && what === "whole" && format === "ndjson" && (
        <div>
          <p className={styles.note}>Check it on a machine that you trust, with a key that reached you another way:</p>
          <pre className={styles.exact} tabIndex={0}>
            casemate audit verify --export {name}.ndjson --key log.key
          </pre>
        </div>
      )}
      <ErrorNotice error={error} onRetry={start} />
    </Dialog>
  );
}
