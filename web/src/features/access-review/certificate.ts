/** What a reviewer said of an assignment, as it stands in its reason. */
export interface Certificate {
  /** The day, as 2026-11-23. */
  day: string;
  by: string;
  note: string;
  /** The reason that the assignment was given for. */
  before: string;
}

const FORM = /^(Certified|Revoked) (\d{4}-\d\d-\d\d) by ([^:|]+?)(?:: ([^|]*?))?(?: \| ([\s\S]*))?$/;
/** The longest reason that is written. */
const LONGEST = 1024;

/** Reads what `written` wrote; nothing where a reason is none of it. */
export function certificateOf(reason: string | null | undefined): (Certificate & { verb: string }) | undefined {
  const found = FORM.exec(reason ?? "");
  return found ? { verb: found[1] ?? "", day: found[2] ?? "", by: found[3] ?? "", note: found[4] ?? "", before: found[5] ?? "" } : undefined;
}

/** Whether a day counts: not before the cut, and not one that is yet to come. */
export function isWithin(day: string, cut: string, today: string): boolean {
  return day >= cut && day <= today;
}

/** The reason that an assignment has after a review. What it was given for stays behind a bar. */
export function written(verb: "Certified" | "Revoked", { by, note, day, reason }: { by: string; note: string; day: string; reason: string | null | undefined }): string {
  const before = certificateOf(reason)?.before ?? reason ?? "";
  const clean = (text: string) => text.replaceAll("|", "/").trim();
  const said = `${verb} ${day} by ${clean(by).replaceAll(":", " ")}${clean(note) === "" ? "" : `: ${clean(note)}`}`;
  return `${said}${before === "" ? "" : ` | ${before}`}`.slice(0, LONGEST);
}
