import type { Option } from "../../ui";

/** What users can be filtered by. */
export const SOURCES: Option[] = [
  { value: "any", label: "any" },
  { value: "scim", label: "SCIM" },
  { value: "ldap", label: "LDAP" },
  { value: "sign-in", label: "sign-in" },
];
