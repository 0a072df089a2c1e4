/**
 * The names that permissions have. Empty here; `casemate-types` writes a file that fills it from your schemas, and from
 * then on a name that no schema declares does not compile.
 */
export interface Register {}

/** What `casemate-types` writes. */
export interface Vocabulary {
  /** The names that may be asked for. */
  permission: string;
  /** What may be granted: names and patterns, each with its properties. */
  granted: { name: string; deny?: boolean };
  /** The attributes of resources that conditions read. */
  attributes: object;
  /** The types of resources. */
  resource: string;
}

interface AnyVocabulary extends Vocabulary {
  granted: { name: string; deny?: boolean; [property: string]: unknown };
  attributes: Record<string, unknown>;
}

/** The registered vocabulary, or one in which everything goes. */
export type Registered = Register extends { vocabulary: infer V extends Vocabulary } ? V : AnyVocabulary;

/** A name that may be asked for. */
export type PermissionName = Registered["permission"];
/** A permission as it is granted. */
export type Permission = Registered["granted"];
/** The attributes of a resource. */
export type Attributes = Registered["attributes"];
/** The type of a resource. */
export type ResourceType = Registered["resource"];
