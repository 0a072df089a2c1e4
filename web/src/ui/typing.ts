import { EditorView } from "@codemirror/view";

/**
 * Text that is typed over a selection of several lines is put there by the editor. The browser would join the lines itself,
 * with inline styles that the page's policy refuses.
 */
export const typedOverLines = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to } = view.state.selection.main;
    const isOverLines = view.state.doc.lineAt(from).number !== view.state.doc.lineAt(to).number;
    if (event.inputType !== "insertText" || event.data === null || event.isComposing || !isOverLines) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { scrollIntoView: true, userEvent: "input.type" });
    return true;
  },
});
