import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { toast } from "./toast";

interface SavedOptions<E> {
  /** What is read anew: keys of lists. */
  lists: readonly string[];
  /** Where what was made is shown. */
  to: (made: E) => string;
  /** What is said then, where "… was made" and "… was changed" do not fit. */
  made?: (entry: E) => string;
  changed?: (entry: E) => string;
  /** Takes a change back. */
  undo?: (now: E, before: E) => Promise<unknown>;
  onClose: () => void;
  /** Reads anew what the page shows. */
  onSaved?: (() => void) | undefined;
}

const nameOf = (entry: object): string => ("name" in entry ? String(entry.name) : "");

/** What follows when something stored was made, which leads to its page, or changed, which can be taken back. */
export function useSaved<E extends object>({ lists, to, made = (entry) => `${nameOf(entry)} was made`, changed = (entry) => `${nameOf(entry)} was changed`, undo, onClose, onSaved }: SavedOptions<E>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const readAnew = () => {
    for (const list of lists) void queries.invalidateQueries({ queryKey: [list] });
    onSaved?.();
  };
  return (entry: E, before: E | undefined) => {
    readAnew();
    onClose();
    if (before === undefined) {
      toast(made(entry));
      void navigate({ to: to(entry), search: true } as never);
      return;
    }
    toast(changed(entry), {
      ...(undo && {
        undo: async () => {
          await undo(entry, before);
          readAnew();
        },
      }),
    });
  };
}
