/** Somebody and something that a question is about, as audit events name them. */
export interface WhyAsked {
  who?: { type: string; id?: string | null } | null | undefined;
  action?: string | null | undefined;
  resource?: { type?: string | null; id?: string | null } | null | undefined;
  properties?: Record<string, unknown> | undefined;
}

/** Who, as it stands in the fragment: `user:usr_…`, `anonymous`. The type stands before the first colon. */
export function whoText({ type, id }: { type: string; id?: string | null }): string {
  return type === "anonymous" || id === undefined || id === null || id === "" ? type : `${type}:${id}`;
}

/** The opposite of `whoText`. */
export function whoOf(text: string): { type: string; id: string } {
  const colon = text.indexOf(":");
  return colon < 0 ? { type: text, id: "" } : { type: text.slice(0, colon), id: text.slice(colon + 1) };
}

/** The page that says why somebody may do something, or why not. All of it stands in the fragment, which no server reads. */
export function whyLink({ who, action, resource, properties }: WhyAsked): string {
  const said = new URLSearchParams();
  if (who) said.set("who", whoText(who));
  if (action) said.set("action", action);
  if (resource?.type) said.set("type", resource.type);
  if (resource?.id) said.set("id", resource.id);
  if (properties && Object.keys(properties).length > 0) said.set("properties", JSON.stringify(properties));
  return `/why#${said}`;
}
