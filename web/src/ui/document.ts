import { useMemo, useState } from "react";
import type { ApiError } from "../api/error";
import { merged } from "./merge";

type Node = Record<string, unknown>;

/** What stands at a JSON pointer: `read(document, "/webhook/url")`. */
export function readAt(document: unknown, pointer: string): unknown {
  return parts(pointer).reduce<unknown>((node, part) => (typeof node === "object" && node !== null ? (node as Node)[part] : undefined), document);
}

/** A copy in which something else stands at a JSON pointer; nothing, where the value is `undefined`. */
export function writeAt<D>(document: D, pointer: string, value: unknown): D {
  const [part, ...rest] = parts(pointer);
  if (part === undefined) return value as D;
  const node = (Array.isArray(document) ? [...(document as unknown[])] : { ...(document as Node) }) as Node;
  const inner = rest.length === 0 ? value : writeAt(node[part] ?? {}, `/${rest.join("/")}`, value);
  if (inner === undefined && !Array.isArray(node)) delete node[part];
  else node[part] = inner;
  return node as D;
}

/** Without objects and lists in which nothing stands, but for those whose names are kept. */
export function withoutEmptyParts<D>(document: D, keep: readonly string[] = []): D {
  if (Array.isArray(document) || typeof document !== "object" || document === null) return document;
  const entries = Object.entries(document as Node)
    .map(([name, value]) => [name, withoutEmptyParts(value)] as const)
    .filter(([name, value]) => keep.includes(name) || value === null || typeof value !== "object" || Object.keys(value).length > 0);
  return Object.fromEntries(entries) as D;
}

function parts(pointer: string): string[] {
  return pointer.split("/").slice(1);
}

/**
 * A document that a form writes. Fields are named by JSON pointers, as the API names what is wrong: `<TextField label="Address"
 * {...form.text("/webhook/url")} />`. What is left empty does not stand in it. Where it is shown alone, its fields are disabled.
 */
export function useDocument<D extends object>(initial: D, error: ApiError | null, isEditable = true) {
  const [document, setDocument] = useState<D>(initial);
  return useMemo(() => {
    const set = (pointer: string, value: unknown) => setDocument((now) => writeAt(now, pointer, value));
    const at = (pointer: string) => error?.mistakes.find((mistake) => mistake.pointer === pointer)?.message;
    const under = (pointer: string) => at(pointer) ?? error?.mistakes.find((mistake) => mistake.pointer.startsWith(`${pointer}/`))?.message;
    const read = (pointer: string) => readAt(document, pointer);
    const shown = isEditable ? {} : { disabled: true };
    return {
      document,
      set,
      /** Goes on over a newer document; what was typed over the one before stays, where that is wanted. */
      take: (before: D, newer: D, keepsTyped: boolean) => setDocument((now) => (keepsTyped ? merged(before, now, newer) : newer)),
      read,
      text: (pointer: string) => ({ value: typeof read(pointer) === "string" ? (read(pointer) as string) : "", onChange: (value: string) => set(pointer, value === "" ? undefined : value), error: at(pointer), ...shown }),
      number: (pointer: string) => ({
        value: read(pointer) === undefined || read(pointer) === null ? "" : String(read(pointer)),
        onChange: (value: string) => set(pointer, value.trim() === "" || Number.isNaN(Number(value)) ? undefined : Number(value)),
        error: at(pointer),
        type: "number" as const,
        ...shown,
      }),
      /** A list of texts: for `ListField`. */
      list: (pointer: string) => ({ values: (read(pointer) ?? []) as string[], onChange: (values: string[]) => set(pointer, values.length === 0 ? undefined : values), error: under(pointer), ...shown }),
      /** Names and their values: for `MapField`. */
      map: (pointer: string) => ({ values: (read(pointer) ?? {}) as Record<string, string>, onChange: (values: Record<string, string> | undefined) => set(pointer, values), error: under(pointer), ...shown }),
      flag: (pointer: string) => ({ selected: read(pointer) === true, onChange: (selected: boolean) => set(pointer, selected ? true : undefined), ...shown }),
      /** One of a few, where nothing stands for the first: for `Select`. */
      choice: (pointer: string, first: string) => ({ value: typeof read(pointer) === "string" ? (read(pointer) as string) : first, onChange: (value: string) => set(pointer, value === first ? undefined : value), error: at(pointer), ...shown }),
      /** For `SecretField`. */
      secret: (pointer: string) => ({ value: read(pointer), onChange: (value: unknown) => set(pointer, value), error: at(pointer), stored: readAt(initial, pointer), ...shown }),
    };
  }, [document, error, initial, isEditable]);
}

/** A form as its parts see it, whatever document it writes. */
export type DocumentForm = Omit<ReturnType<typeof useDocument>, "take">;
