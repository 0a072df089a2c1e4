/** Puts a text into the clipboard. Whether the browser let it: over http to another machine it has no clipboard for pages. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOfOld(text);
  }
}

/** As pages copied before there was a clipboard for them: what is selected. */
function copyOfOld(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.setAttribute("aria-hidden", "true");
  field.style.position = "fixed";
  field.style.opacity = "0";
  // Beside whatever has the focus: a dialog keeps it within itself.
  (before?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return isCopied;
}

/** What is said where it did not. */
export const NOT_COPIED = "This browser did not let it be copied. Select it, and copy it by hand.";
