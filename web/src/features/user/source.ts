import type { Option } from "../../ui";

const NAMES: Record<string, string> = { "": "By hand", scim: "SCIM", ldap: "LDAP", "sign-in": "Sign-in" };

/** Who manages a user, in words. */
export function sourceName(source: string): string {
  return NAMES[source] ?? source;
}

/** What users can be filtered by. */
export const SOURCES: Option[] = [
  { value: "any", label: "any" },
  { value: "scim", label: "SCIM" },
  { value: "ldap", label: "LDAP" },
  { value: "sign-in", label: "sign-in" },
];
