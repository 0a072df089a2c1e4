/** Claims that were pasted: JSON, or a token (JWT) whose payload is read here and sent nowhere. */
export function claimsOf(text: string): { claims: Record<string, unknown>; isToken: boolean; error?: undefined } | { error: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { error: "Paste claims as JSON, or a token." };
  const token = /^(?:Bearer\s+)?[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(trimmed)?.[1];
  try {
    const value: unknown = JSON.parse(token === undefined ? trimmed : decoded(token));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { error: "Claims are an object: { … }." };
    return { claims: value as Record<string, unknown>, isToken: token !== undefined };
  } catch (error) {
    return { error: token === undefined ? `This is no JSON: ${error instanceof Error ? error.message : String(error)}` : "This looks like a token, but its middle part is no JSON." };
  }
}

function decoded(part: string): string {
  const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
