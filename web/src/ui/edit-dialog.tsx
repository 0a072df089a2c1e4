import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ApiError } from "../api/error";
import { Button } from "./button";
import { type Meanwhile, SaveNotice } from "./changed-meanwhile";
import { Dialog } from "./dialog";
import { merged } from "./merge";

export interface EditingOptions<E, F> {
  /** What is changed; nothing where something is made. */
  entry: E | undefined;
  /** What fields hold of it. */
  fields: (entry: E | undefined) => F;
  /** Sends what was typed, over the entry that the form is about. */
  send: (typed: F, entry: E | undefined) => Promise<E>;
  /** Reads the entry anew, where somebody changed it since. */
  read?: ((entry: E) => Promise<E>) | undefined;
  /** What of it is compared then; its fields, where nothing is said. */
  shows?: (entry: E) => unknown;
  onSaved: (saved: E, before: E | undefined) => void;
}

/**
 * A form about something stored. What is shown behind it is read anew now and then: the form stays about what it was opened with, and
 * saves over that alone.
 */
export function useEditing<E, F extends object>({ entry, fields, send, read, shows, onSaved }: EditingOptions<E, F>) {
  const [opened, setOpened] = useState(entry);
  const [typed, setTyped] = useState(() => fields(entry));
  const save = useMutation<E, ApiError>({ mutationFn: () => send(typed, opened), onSuccess: (saved) => onSaved(saved, opened) });
  const meanwhile: Meanwhile<E> | undefined =
    opened === undefined || read === undefined
      ? undefined
      : {
          opened,
          read: () => read(opened),
          shows: shows ?? fields,
          onTake: (newer, keepsTyped) => {
            setTyped((now) => (keepsTyped ? merged(fields(opened), now, fields(newer)) : fields(newer)));
            setOpened(newer);
            save.reset();
          },
        };
  return {
    opened,
    typed,
    set: (changes: Partial<F>) => setTyped((now) => ({ ...now, ...changes })),
    error: save.error,
    at: (pointer: string) => save.error?.at(pointer),
    isPending: save.isPending,
    run: () => {
      if (!save.isPending) save.mutate();
    },
    meanwhile,
  };
}

export type Editing<E, F extends object> = ReturnType<typeof useEditing<E, F>>;

export interface EditDialogProps<E, F extends object> {
  title: string;
  /** What the button says: "Create team"; "Save" where nothing is said. */
  verb?: string;
  form: Editing<E, F>;
  /** Whether what was typed can be sent. */
  ready?: boolean;
  /** Sends it, where more is looked at before than that it is ready. */
  onSubmit?: () => void;
  kind?: "primary" | "danger";
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A form over the page, about something that is made or changed. */
export function EditDialog<E, F extends object>({ title, verb = "Save", form, ready = true, onSubmit, kind = "primary", wide = false, onClose, children }: EditDialogProps<E, F>) {
  const run = () => {
    if (ready) (onSubmit ?? form.run)();
  };
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button disabled={!ready} kind={kind} pending={form.isPending} type="submit">
            {verb}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={title}
      wide={wide}
    >
      {children}
      <SaveNotice error={form.error} meanwhile={form.meanwhile} onRetry={run} />
    </Dialog>
  );
}
