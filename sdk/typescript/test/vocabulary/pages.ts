// Written by casemate-types from what pb declares. Do not edit.

/** A granted name that stands for several. */
type Pattern = `${string}${"*" | "?" | "{"}${string}`;

/** What may be asked for and granted, and what conditions read. */
export interface Vocabulary {
  permission:
    | "list"
    | "pb.page.list"
    | "pb.page.read"
    | "pb.page.write"
    | "read"
    | "write"
    | `pb.export.${string}`;
  granted:
    | {
      name: "pb.page.list" | "pb.page.read";
      deny?: boolean;
      "locales"?: readonly string[] | undefined;
    }
    | {
      name: "pb.page.write";
      deny?: boolean;
      "longest"?: number | undefined;
      "own"?: boolean | undefined;
    }
    | {
      name: `pb.export.${string}`;
      deny?: boolean;
    }
    | {
      name: Pattern;
      deny?: boolean;
      "locales"?: readonly string[] | undefined;
      "longest"?: number | undefined;
      "own"?: boolean | undefined;
    };
  attributes: {
    "locale"?: null | string | undefined;
    "owner"?: string | undefined;
    "tags"?: readonly string[] | undefined;
    "words"?: number | undefined;
  };
  resource: "export" | "page";
}

declare module "@casemate/sdk" {
  interface Register {
    vocabulary: Vocabulary;
  }
}
