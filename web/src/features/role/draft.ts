import { useMemo, useState } from "react";
import { useSchemas } from "../../api";
import type { Mark } from "../../ui";
import { type Located, locate } from "./located";
import { type Wrong, fromServer, mistakesOf, placeOf } from "./rules";

/** A role as it is edited: the text is all that there is, and the form is a view of it. */
export interface Draft {
  text: string;
  setText: (text: string) => void;
  /** What the text says; what it said last while it is no JSON. */
  value: Record<string, unknown>;
  /** Why the form cannot be written in: the text is no JSON, or no object. */
  broken: string | undefined;
  set: (value: Record<string, unknown>) => void;
  located: Located;
  wrongs: Wrong[];
  marks: Mark[];
  /** What is wrong with what stands at a pointer. */
  at: (pointer: string) => string | undefined;
  /** What the server said of the text that was sent, that of now where none is named; a change of the text ends it. */
  tellServer: (mistakes: readonly Wrong[], of?: string) => void;
  /** Whether mistakes are told: not before something was typed, or asked for. */
  isTold: boolean;
  tell: () => void;
  place: (pointer: string) => number;
}

export const asText = (value: unknown): string => JSON.stringify(value, null, 2);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether nothing was filled in yet: what is wrong with that, whoever begins knows. */
const isBlank = (initial: unknown): boolean => isObject(initial) && initial["name"] === "";

export function useDraft(initial: unknown): Draft {
  const [text, setText] = useState(() => asText(initial));
  const [last, setLast] = useState<Record<string, unknown>>(() => (isObject(initial) ? initial : {}));
  const [server, setServer] = useState<{ text: string; mistakes: readonly Wrong[] }>({ text: "", mistakes: [] });
  const [first] = useState(text);
  const [isAsked, setIsAsked] = useState(false);
  const isTold = isAsked || text !== first || !isBlank(initial);
  const { schemas } = useSchemas();
  const located = useMemo(() => locate(text), [text]);
  const isFine = located.error === undefined && isObject(located.value);
  const value = isFine ? (located.value as Record<string, unknown>) : last;
  const wrongs = useMemo(() => {
    if (located.error) return [];
    const own = mistakesOf(located.value, schemas);
    const said = server.text === text ? fromServer(server.mistakes, located).filter((one) => !own.some((other) => other.pointer === one.pointer)) : [];
    return [...own, ...said];
  }, [located, schemas, server, text]);
  const marks = useMemo((): Mark[] => {
    if (located.error) return [{ from: located.error.at, to: Math.min(text.length, located.error.at + 1), message: located.error.message }];
    return wrongs.map((wrong) => ({ ...placeOf(wrong, text, located), message: wrong.message }));
  }, [located, wrongs, text]);
  return {
    text,
    setText: (next) => {
      setText(next);
      const read = locate(next);
      if (read.error === undefined && isObject(read.value)) setLast(read.value);
    },
    value,
    broken: isFine ? undefined : (located.error?.message ?? "It has to be an object"),
    set: (next) => {
      setText(asText(next));
      setLast(next);
    },
    located,
    wrongs,
    marks,
    isTold,
    tell: () => setIsAsked(true),
    at: (pointer) => !isTold ? undefined : wrongs.find((wrong) => wrong.pointer === pointer)?.message,
    tellServer: (mistakes, of = text) => setServer({ text: of, mistakes }),
    place: (pointer) => placeOf({ pointer, message: "" }, text, located).from,
  };
}
