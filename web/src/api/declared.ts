import { intersects } from "./overlap";
import { matches } from "./patterns";

/** What a property of a permission means. */
export interface PropertySchema {
  type?: string;
  title?: string;
  pattern?: string;
  when?: string;
  opaque?: boolean;
}

/** A name, or a pattern of names, that an application declares. */
export interface DeclaredPermission {
  name: string;
  title?: string;
  properties: Record<string, PropertySchema>;
  application: ApplicationSchema;
}

/** An attribute of an application's resources. */
export interface AttributeSchema {
  type: string;
  nullable?: boolean;
}

/** What an application's permissions mean. */
export interface ApplicationSchema {
  id: string;
  title: string;
  namespaces: string[];
  /** Properties that are not declared are handed on, and constrain nothing. */
  isOpaque: boolean;
  attributes: Record<string, AttributeSchema>;
  permissions: DeclaredPermission[];
}

interface Written {
  application?: { id?: string; title?: string; namespaces?: string[]; properties?: string };
  attributes?: Record<string, AttributeSchema>;
  permission?: { name: string; title?: string; properties?: Record<string, PropertySchema> }[];
}

/** Reads one schema as the API gives it. */
export function readSchema(id: string, schema: Record<string, unknown>): ApplicationSchema {
  const written = schema as Written;
  const application: ApplicationSchema = {
    id,
    title: written.application?.title ?? id,
    namespaces: written.application?.namespaces ?? [],
    isOpaque: written.application?.properties === "opaque",
    attributes: written.attributes ?? {},
    permissions: [],
  };
  application.permissions = (written.permission ?? []).map(({ name, title, properties }) => ({ name, properties: properties ?? {}, application, ...(title === undefined ? {} : { title }) }));
  return application;
}

/** The application that owns a requested name, or the beginning of a pattern. */
export function ownerOf(schemas: readonly ApplicationSchema[], name: string): ApplicationSchema | undefined {
  const first = name.split(".")[0] ?? "";
  return schemas.find((schema) => schema.namespaces.includes(first));
}

/** The declared names that a granted pattern can reach. */
export function reached(schemas: readonly ApplicationSchema[], pattern: string): DeclaredPermission[] {
  return schemas.flatMap((schema) => schema.permissions).filter((declared) => intersects(pattern, declared.name));
}

/** The declared names that cover a requested one. */
export function covering(schemas: readonly ApplicationSchema[], name: string): DeclaredPermission[] {
  return schemas.flatMap((schema) => schema.permissions).filter((declared) => matches(declared.name, name));
}

/** What may be written as a granted name: the declared ones, and the patterns over several of them. */
export function grantable(schemas: readonly ApplicationSchema[]): { value: string; help: string }[] {
  const found = new Map<string, string>();
  for (const schema of schemas) {
    for (const namespace of schema.namespaces) found.set(`${namespace}.*`, `Everything of ${schema.title}`);
    const wide = new Map<string, number>();
    for (const { name, title } of schema.permissions) {
      found.set(name, title ?? schema.title);
      const segments = name.split(".");
      for (let length = 2; length < segments.length; length += 1) {
        const start = `${segments.slice(0, length).join(".")}.*`;
        wide.set(start, (wide.get(start) ?? 0) + 1);
      }
    }
    for (const [pattern, count] of wide) if (count > 1 && !found.has(pattern)) found.set(pattern, `${count} permissions of ${schema.title}`);
  }
  return [...found].map(([value, help]) => ({ value, help })).sort((a, b) => (a.value < b.value ? -1 : 1));
}
