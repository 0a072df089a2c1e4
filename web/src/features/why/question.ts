import type { Schema } from "../../api";
import { whoOf, whoText } from "../../shell/why-link";

/** What the page keeps in the fragment of its address. Links to it are made by `whyLink`. */
export const DEFAULTS = { who: "", action: "", type: "", id: "", properties: "", action_properties: "", context: "" };
export type Asked = typeof DEFAULTS;

/** What is wrong with what was asked, by member. */
export type Mistakes = Partial<Record<keyof Asked, string>>;

/** A JSON object that stands in a text; an empty text is an empty one. */
export function objectOf(text: string): { value: Record<string, unknown> } | { error: string } {
  if (text.trim() === "") return { value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { value: value as Record<string, unknown> };
    return { error: "It has to be an object: { … }" };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** As it is asked of the API, and what is missing or wrong. Nothing is asked where something is. */
export function questionOf(asked: Asked): { question?: Schema<"Question">; mistakes: Mistakes } {
  const mistakes: Mistakes = {};
  const who = whoOf(asked.who);
  if (who.type === "") mistakes.who = "Say who";
  else if (who.type !== "anonymous" && who.id === "") mistakes.who = "Say whom of them";
  if (asked.action.trim() === "") mistakes.action = "Say what is to be done";
  if (asked.type === "" && asked.id !== "") mistakes.type = "Say of which type it is";
  if (asked.id === "" && asked.type !== "") mistakes.id = "Say which one";
  const objects = { properties: objectOf(asked.properties), action_properties: objectOf(asked.action_properties), context: objectOf(asked.context) };
  for (const [name, read] of Object.entries(objects)) if ("error" in read) mistakes[name as keyof Asked] = read.error;
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const value = (name: keyof typeof objects) => (objects[name] as { value: Record<string, unknown> }).value;
  const filled = (name: keyof typeof objects) => Object.keys(value(name)).length > 0;
  return {
    mistakes,
    question: {
      subject: { type: who.type, id: who.id || (who.type === "anonymous" ? "anonymous" : ""), properties: {} },
      action: { name: asked.action.trim(), properties: value("action_properties") },
      ...(asked.type === "" ? {} : { resource: { type: asked.type, id: asked.id, properties: value("properties") } }),
      ...(filled("context") ? { context: value("context") } : {}),
    },
  };
}

/** Whether nothing was asked yet. */
export const isBlank = (asked: Asked): boolean => asked.who === "" && asked.action === "";

export { whoOf, whoText };
