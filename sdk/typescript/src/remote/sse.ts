/** The longest event, in characters; what is longer is refused before it is kept. */
const MAX_EVENT = 4 << 20;

/** One server-sent event. */
export interface StreamEvent {
  /** Its type; empty where it says none. */
  kind: string;
  data: string;
  id: string;
}

/** Reads server-sent events from whatever pieces the bytes come in (WHATWG HTML, section 9.2). Throws where one is too long or no text. */
export class EventParser {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #line = "";
  #event: StreamEvent = { kind: "", data: "", id: "" };
  #hasData = false;
  /** The last character was a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;

  /** Takes the next bytes, and gives each event that they complete. */
  push(bytes: Uint8Array): StreamEvent[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterReturn = text === "" ? false : text.endsWith("\r");
    const found: StreamEvent[] = [];
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#grow(line);
      this.#endLine(found);
    }
    this.#grow(last);
    return found;
  }

  #grow(text: string): void {
    if (this.#line.length + this.#event.data.length + text.length > MAX_EVENT) {
      throw new Error(`an event is longer than ${MAX_EVENT} characters`);
    }
    this.#line += text;
  }

  #endLine(found: StreamEvent[]): void {
    const line = this.#line;
    this.#line = "";
    if (line === "") {
      if (this.#hasData) found.push(this.#event);
      this.#event = { kind: "", data: "", id: "" };
      this.#hasData = false;
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event.kind = value;
    else if (field === "data") {
      this.#event.data += this.#hasData ? `\n${value}` : value;
      this.#hasData = true;
    } else if (field === "id" && !value.includes("\0")) this.#event.id = value;
    // Comments and how long to wait are the server's to say and not ours to keep.
  }
}
