import type { ReactNode } from "react";
import { useAllowed } from "../api/me";

/** Shows what is inside to whoever may do it, and `otherwise` to others; nothing while that is not known. */
export function Allowed({ to, children, otherwise }: { /** The permission: "casemate.user.delete". */ to: string; children: ReactNode; otherwise?: ReactNode }) {
  const isAllowed = useAllowed(to);
  if (isAllowed === undefined) return null;
  return <>{isAllowed ? children : otherwise}</>;
}
