import { Badge } from "./badge";
import { Notice } from "./notice";

/** Who manages something: whoever may, here; code; or Casemate itself. */
export function Origin({ value }: { value: string }) {
  if (value === "") return <Badge>By hand</Badge>;
  if (value === "built-in") return <Badge icon="lock">Built in</Badge>;
  return <Badge icon="code">{value}</Badge>;
}

/** Says that something is changed elsewhere, where it is. */
export function ManagedNotice({ origin }: { origin: string }) {
  if (origin === "") return null;
  return (
    <Notice title={origin === "built-in" ? "It comes with Casemate" : `Managed by ${origin}`}>
      {origin === "built-in" ? "It cannot be changed or deleted." : "It is written in policy files. Change it there, and apply them: here it can only be read."}
    </Notice>
  );
}
