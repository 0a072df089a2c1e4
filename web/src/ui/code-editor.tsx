import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Place } from "./code";
import { typedOverLines } from "./typing";

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "19px", maxHeight: "560px", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px 0 6px" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--muted)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 4px 0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--selected)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)", color: "var(--text)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--deny)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--allow)" },
  { tag: [tags.number, tags.bool], color: "var(--warn)" },
  { tag: [tags.comment, tags.separator], color: "var(--muted)" },
]);

/** As much of YAML as colours need: keys, quoted texts, comments, numbers and the lines between documents. */
const yaml = StreamLanguage.define<{ isValue: boolean; isText: boolean; block: number }>({
  startState: () => ({ isValue: false, isText: false, block: -1 }),
  token: (stream, state) => {
    if (stream.sol()) {
      state.isValue = state.isText = false;
      if (state.block >= 0 && stream.indentation() > state.block) {
        stream.skipToEnd();
        return "string";
      }
      state.block = -1;
      if (stream.match(/^---\s*$/)) return "separator";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (!state.isValue && stream.match(/^-(?=\s|$)/)) return "separator";
    if (!state.isValue && stream.match(/^[^\s#:'"[\]{},][^#:'"[\]{},]*(?=:(\s|$))/)) {
      state.isValue = true;
      return "propertyName";
    }
    // Lines that are deeper than this one are its text.
    if (stream.match(/^[|>][+-]?\d?\s*$/)) {
      state.block = stream.indentation();
      return "separator";
    }
    if (stream.match(/^[:[\]{},](?=\s|[[\]{},'"\w]|$)/)) {
      state.isText = false;
      return "separator";
    }
    if (!state.isText) {
      if (stream.match(/^'(?:[^']|'')*'/) || stream.match(/^"(?:[^"\\]|\\.)*"/)) return "string";
      if (stream.match(/^(?:true|false|null)(?=\s*(?:[,\]}#]|$))/)) return "bool";
      if (stream.match(/^-?\d+(?:\.\d+)?[smhdM]?(?=\s*(?:[,\]}#]|$))/)) return "number";
    }
    // A word of a plain text: what stands within it is no number of its own.
    stream.match(/^[^\s[\]{},]+/) || stream.next();
    state.isText = true;
    return null;
  },
});

/** A text in YAML, with marks where it is wrong. It is fetched when it is first needed. */
export default function CodeEditor({ text, onChange, label, rows, wrong }: { text: string; onChange?: ((text: string) => void) | undefined; label: string; rows: number; wrong: readonly Place[] }) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const tell = useRef(onChange);
  tell.current = onChange;
  const isWritten = onChange !== undefined;
  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    const extensions: Extension[] = [
      EditorView.cspNonce.of(document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ""),
      look,
      yaml,
      syntaxHighlighting(colours),
      lineNumbers(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      ...(isWritten
        ? [
            history(),
            typedOverLines,
            lintGutter(),
            // Escape, then Tab, leaves the editor by keyboard.
            keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
            EditorState.tabSize.of(4),
            EditorView.theme({ ".cm-content": { minHeight: `${rows * 19}px` } }),
            EditorView.updateListener.of((update) => {
              if (update.docChanged) tell.current?.(update.state.doc.toString());
            }),
          ]
        : [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }), EditorView.editable.of(false)]),
    ];
    const made = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent });
    view.current = made;
    return () => made.destroy();
  }, [isWritten, label, rows]);
  useEffect(() => {
    const now = view.current?.state.doc.toString();
    if (view.current && now !== text) view.current.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || !isWritten) return;
    const marks = wrong.map(({ line, column, message }) => {
      const at = editor.state.doc.line(Math.max(1, Math.min(line, editor.state.doc.lines)));
      const from = Math.min(at.from + Math.max(0, column - 1), at.to);
      return { from, to: Math.max(at.to, from), severity: "error" as const, message };
    });
    editor.dispatch(setDiagnostics(editor.state, marks));
    if (marks[0]) editor.dispatch({ effects: EditorView.scrollIntoView(marks[0].from, { y: "center" }) });
  }, [wrong, isWritten]);
  return <div ref={place} />;
}
