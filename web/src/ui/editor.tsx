import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
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
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selected)", outline: "1px solid var(--line-strong)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--neutral-soft)", border: "none", color: "var(--muted)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)", color: "var(--text)" },
  // CodeMirror draws these as images in data: addresses, which the policy refuses.
  ".cm-lintRange-error, .cm-lintRange-active": { backgroundImage: "none", textDecoration: "underline wavy var(--deny)", textDecorationSkipInk: "none", backgroundColor: "var(--deny-soft)" },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--deny)" },
  ".cm-lint-marker-error": { content: "none", width: "8px", height: "8px", margin: "5px 3px 0", borderRadius: "50%", backgroundColor: "var(--deny)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--deny)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--allow)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.separator, color: "var(--muted)" },
]);

/** The nonce with which this page may add styles. */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

/** A mistake in a text: from which character to which. */
export interface Mark {
  from: number;
  to: number;
  message: string;
}

function diagnosticsOf(marks: readonly Mark[] | undefined, length: number): Diagnostic[] {
  return (marks ?? []).map(({ from, to, message }) => ({ from: Math.min(from, length), to: Math.min(Math.max(from, to), length), message, severity: "error" }));
}

interface EditorProps {
  text: string;
  onChange?: (text: string) => void;
  label: string;
  rows?: number;
  /** Mistakes that the page found itself, in place of those of JSON alone. */
  marks?: readonly Mark[] | undefined;
  /** A character to go to, whenever it is another object. */
  goTo?: { at: number } | undefined;
}

/** CodeMirror: to read, or to write where `onChange` is there. It is fetched when it is first needed. */
export default function Editor({ text, onChange, label, rows, marks, goTo }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const tell = useRef(onChange);
  tell.current = onChange;
  const marked = useRef(marks);
  marked.current = marks;
  const hasMarks = marks !== undefined;
  const isWritten = onChange !== undefined;

  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    const extensions: Extension[] = [
      EditorView.cspNonce.of(nonce()),
      look,
      json(),
      syntaxHighlighting(colours),
      lineNumbers(),
      foldGutter(),
      bracketMatching(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
      ...(isWritten
        ? [
            history(),
            typedOverLines,
            indentOnInput(),
            lintGutter(),
            hasMarks
              ? linter(({ state }) => diagnosticsOf(marked.current, state.doc.length), { delay: 50 })
              : linter(jsonParseLinter()),
            EditorView.theme({ ".cm-content": { minHeight: `${(rows ?? 8) * 19}px` } }),
            EditorView.updateListener.of((update) => {
              if (update.docChanged) tell.current?.(update.state.doc.toString());
            }),
          ]
        : [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }), EditorView.editable.of(false)]),
    ];
    const made = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent });
    view.current = made;
    return () => made.destroy();
  }, [isWritten, hasMarks, label, rows]);

  useEffect(() => {
    const now = view.current?.state.doc.toString();
    if (view.current && now !== text) view.current.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    if (view.current && hasMarks) view.current.dispatch(setDiagnostics(view.current.state, diagnosticsOf(marks, view.current.state.doc.length)));
  }, [JSON.stringify(marks)]);

  useEffect(() => {
    if (!view.current || !goTo) return;
    const at = Math.min(goTo.at, view.current.state.doc.length);
    view.current.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    view.current.focus();
  }, [goTo]);

  return <div ref={place} />;
}
