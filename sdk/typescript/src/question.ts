import type { Attributes, PermissionName, ResourceType } from "./vocabulary.js";

/** JSON. Whole numbers beyond 2⁵³ are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [member: string]: Json | undefined };

/** Who is to act, as AuthZEN says it. Of anonymous, the id is ignored. */
export interface Subject {
  type: string;
  id?: string;
  properties?: { readonly [name: string]: unknown };
}

/** Who is to act, with all that conditions can read of an identity. */
export interface Identity {
  type: string;
  id?: string | null;
  provider?: string | null;
  login?: string | null;
  display_name?: string | null;
  tenant?: string | null;
  groups?: readonly string[] | null;
  claims?: { readonly [name: string]: unknown } | null;
  auth?: { time?: string | null; amr?: readonly string[] | null; acr?: string | null } | null;
  actor?: { provider?: string | null; id?: string | null; type?: string | null } | null;
}

/** What is to be done. */
export interface Action {
  name: PermissionName;
  properties?: { readonly [name: string]: unknown };
}

/** What it is to be done to, as far as it is known. */
export interface Resource {
  type?: ResourceType | null;
  id?: string | null;
  properties?: Attributes;
}

/** A question without the one who asks. */
export interface Act {
  action: Action;
  resource?: Resource;
  context?: { readonly [name: string]: unknown };
}

/** A question of AuthZEN. */
export interface Evaluation extends Act {
  subject: Subject;
}

/** A question for the engine: a subject or an identity. */
export type Question = Evaluation | (Act & { identity: Identity });

/** Allowed, denied, or: it depends on the resource. Wherever only yes or no fits, the last is no. */
export type Effect = "allowed" | "denied" | "conditional";

/** A test of one attribute, or several tests. */
export type Filter =
  | { format?: 1; op: "and" | "or" | "not"; args: Filter[] }
  | { format?: 1; op: "exists"; attribute: string }
  | { format?: 1; op: FilterOperator; attribute: string; value: Json }
  | { format?: 1; op: FilterOperator; attribute: string; other: string };

export type FilterOperator =
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "in"
  | "starts_with"
  | "ends_with"
  | "contains_text"
  | "has_member"
  | "intersects";

/** A database whose SQL is written. */
export type Dialect = "postgres" | "sqlite" | "mysql";
