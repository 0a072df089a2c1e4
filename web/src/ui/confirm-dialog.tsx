import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import type { ApiError } from "../api/error";
import { Button } from "./button";
import { Dialog } from "./dialog";
import styles from "./dialog.module.css";
import { ErrorNotice } from "./error-notice";
import { TextField } from "./text-field";

export interface ConfirmDialogProps {
  /** A question: "Delete ada@example.com?". */
  title: string;
  /** What the button says, as a verb: "Delete user". */
  verb: string;
  open: boolean;
  onClose: () => void;
  /** Does it. What it throws is shown, with signing in again where that is needed. */
  onConfirm: (reason: string) => Promise<unknown>;
  /** After it was done. */
  onDone?: () => void;
  /** What it means. */
  children?: ReactNode;
  /** What is lost, in numbers. */
  consequence?: ReactNode;
  /** Has to be typed before it can be done. */
  typed?: string;
  /** Asks why, and hands it on; `required` where the API wants a reason. */
  reason?: boolean | "required";
  /** Whether what it would do is known by now; nothing can be confirmed before. */
  ready?: boolean;
  /** `danger` where nothing is said. */
  kind?: "danger" | "primary";
}

/** Asks before something that cannot be taken back lightly. */
export function ConfirmDialog({ title, verb, open, onClose, onConfirm, onDone, children, consequence, typed, reason, ready = true, kind = "danger" }: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const [why, setWhy] = useState("");
  const action = useMutation<unknown, ApiError>({
    mutationFn: () => onConfirm(why.trim()),
    onSuccess: () => {
      onClose();
      onDone?.();
    },
  });
  const { reset } = action;
  useEffect(() => {
    if (open) {
      setText("");
      setWhy("");
      reset();
    }
  }, [open, reset]);
  const isReady = ready && (typed === undefined || text === typed) && (reason !== "required" || why.trim() !== "");
  const run = () => {
    if (isReady && !action.isPending) action.mutate();
  };
  return (
    <Dialog
      actions={
        <>
          <Button autoFocus={typed === undefined && !reason} onPress={onClose}>
            Cancel
          </Button>
          <Button disabled={!isReady} kind={kind} pending={action.isPending} type="submit">
            {verb}
          </Button>
        </>
      }
      alert
      onClose={onClose}
      onSubmit={run}
      open={open}
      title={title}
    >
      {children !== undefined && <div>{children}</div>}
      {consequence !== undefined && <div className={styles.consequence} data-kind={kind}>{consequence}</div>}
      {reason && <TextField autoFocus help="It stands in the audit trail." label="Reason" maxLength={1024} onChange={setWhy} optional={reason !== "required"} required={reason === "required"} value={why} />}
      {typed !== undefined && <TextField autoFocus={!reason} label={`Type ${typed} to confirm`} mono onChange={setText} value={text} />}
      <ErrorNotice error={action.error} onRetry={run} />
    </Dialog>
  );
}
