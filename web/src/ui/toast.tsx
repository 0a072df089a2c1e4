import { useSyncExternalStore } from "react";
import { asApiError } from "../api/error";
import { Button, IconButton } from "./button";
import { Icon } from "./icon";
import styles from "./toast.module.css";

interface Told {
  id: number;
  text: string;
  kind: "done" | "failed";
  undo?: (() => Promise<unknown>) | undefined;
}

/** How long words stand there, in milliseconds; longer where there is something to press. */
const LASTS = 5_000;
const LASTS_WITH_UNDO = 12_000;
const MOST = 4;

let told: readonly Told[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(value: readonly Told[]): void {
  told = value;
  for (const listener of listeners) listener();
}

function add(text: string, kind: Told["kind"], undo?: Told["undo"]): void {
  const id = next++;
  set([...told, { id, text, kind, undo }].slice(-MOST));
  setTimeout(() => drop(id), undo ? LASTS_WITH_UNDO : LASTS);
}

function drop(id: number): void {
  set(told.filter((one) => one.id !== id));
}

/** Tells that something was done: `toast("Ada was deleted", { undo: () => … })`. `undo` where the API takes it back. */
export function toast(text: string, options: { undo?: () => Promise<unknown> } = {}): void {
  add(text, "done", options.undo);
}

/** Tells that something failed that has no place of its own to say so. */
export function toastError(error: unknown): void {
  const problem = asApiError(error);
  add(problem.requestId === undefined ? problem.title : `${problem.title} (request ${problem.requestId})`, "failed");
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** Where they appear: once, in the shell. */
export function Toasts() {
  const all = useSyncExternalStore(subscribe, () => told);
  const undo = (one: Told) => {
    drop(one.id);
    one.undo?.().then(
      () => add("Taken back", "done"),
      (error: unknown) => toastError(error),
    );
  };
  return (
    <div aria-label="Notifications" aria-live="polite" className={styles.region} role="region">
      {all.map((one) => (
        <div className={styles.toast} key={one.id}>
          <span className={one.kind === "done" ? styles.allow : styles.deny}>
            <Icon name={one.kind === "done" ? "circleCheck" : "alert"} />
          </span>
          <p>{one.text}</p>
          {one.undo && (
            <Button onPress={() => undo(one)} small>
              Undo
            </Button>
          )}
          <IconButton icon="x" label="Dismiss" onPress={() => drop(one.id)} small />
        </div>
      ))}
    </div>
  );
}
