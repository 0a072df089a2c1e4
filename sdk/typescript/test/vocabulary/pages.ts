// Written by casemate-types from what pb declares. Do not edit.

/** A granted name that stands for several. */
type Pattern =
  | `${"" | "p" | "pb" | "pb." | "pb.e" | "pb.ex" | "pb.exp" | "pb.expo" | "pb.expor" | "pb.export" | "pb.export." | "pb.p" | "pb.pa" | "pb.pag" | "pb.page" | "pb.page." | "pb.page.l" | "pb.page.li" | "pb.page.lis" | "pb.page.list" | "pb.page.r" | "pb.page.re" | "pb.page.rea" | "pb.page.read" | "pb.page.w" | "pb.page.wr" | "pb.page.wri" | "pb.page.writ" | "pb.page.write"}${"*" | "?" | "{"}${string}`
  | `pb.export.${string}${"*" | "?" | "{"}${string}`;

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
      "locales"?: readonly string[];
    }
    | {
      name: "pb.page.write";
      deny?: boolean;
      "longest"?: bigint | number;
      "own"?: boolean;
    }
    | {
      name: `pb.export.${string}`;
      deny?: boolean;
    }
    | {
      name: Pattern;
      deny?: boolean;
      "locales"?: readonly string[];
      "longest"?: bigint | number;
      "own"?: boolean;
    };
  attributes: {
    "locale"?: null | string | undefined;
    "owner"?: string | undefined;
    "tags"?: readonly string[] | undefined;
    "words"?: bigint | number | undefined;
  };
  resource: "export" | "page";
}

declare module "@casemate/sdk" {
  interface Register {
    vocabulary: Vocabulary;
  }
}
