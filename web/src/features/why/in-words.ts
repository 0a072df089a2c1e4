/** The end of a JSON object that begins at a place of a text; nothing where it has none. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (isText && sign === "\\") at += 1;
    else if (sign === '"') isText = !isText;
    else if (!isText && sign === "{") depth += 1;
    else if (!isText && sign === "}" && (depth -= 1) === 0) return at + 1;
  }
  return undefined;
}

/** A sentence of the engine, in which permissions stand as JSON: by their names, as code. The rest of them is shown beside it. */
export function inWords(text: string): string {
  const start = text.indexOf("{");
  if (start < 0) return text;
  const end = endOfObject(text, start);
  if (end === undefined) return text;
  const rest = inWords(text.slice(end));
  try {
    const { name } = JSON.parse(text.slice(start, end)) as { name?: unknown };
    if (typeof name === "string") return `${text.slice(0, start)}\`${name}\`${rest}`;
  } catch {
    // A pattern such as `orders.{read,list}` is none.
  }
  return `${text.slice(0, end)}${rest}`;
}
