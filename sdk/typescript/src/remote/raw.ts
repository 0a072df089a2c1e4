/**
 * Texts of the parts of a JSON text: what passes through JavaScript's numbers may become another value (`1.0` is `1` afterwards),
 * and the engine is to read what the server wrote.
 */

/** The text of each member of an object. Throws a `SyntaxError` where the text is none, or a member stands twice. */
export function rawMembers(json: string): Map<string, string> {
  const members = new Map<string, string>();
  for (const part of parts(json, "{")) {
    const end = endOfString(part, 0);
    const name = JSON.parse(part.slice(0, end)) as string;
    if (members.has(name)) throw new SyntaxError("a member stands twice");
    members.set(name, part.slice(part.indexOf(":", end) + 1).trim());
  }
  return members;
}

/** The text of each entry of a list. Throws a `SyntaxError` where the text is none. */
export function rawEntries(json: string): string[] {
  return parts(json, "[");
}

/** What stands between the commas of an object or a list. */
function parts(json: string, opening: "{" | "["): string[] {
  // Whatever follows may rely on its being JSON.
  JSON.parse(json);
  const text = json.trim();
  if (text[0] !== opening) throw new SyntaxError(opening === "{" ? "this is no object" : "this is no list");
  const found: string[] = [];
  let [depth, begin] = [0, 1];
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place];
    if (character === '"') place = endOfString(text, place) - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    const isEnd = depth === 0;
    if (isEnd || (depth === 1 && character === ",")) {
      const part = text.slice(begin, place).trim();
      if (part !== "") found.push(part);
      begin = place + 1;
    }
  }
  return found;
}

/** The place behind the string that begins at one. */
function endOfString(text: string, begin: number): number {
  let place = begin + 1;
  while (text[place] !== '"') place += text[place] === "\\" ? 2 : 1;
  return place + 1;
}
