import { useEffect, useState } from "react";
import { IconButton } from "./button";
import { NOT_COPIED, copyText } from "./copy";
import { toastError } from "./toast";

/** Puts a text into the clipboard. The sign says that it did; where the browser refuses that, the text beside it is selected. */
export function CopyButton({ text, label = "Copy" }: { text: string | (() => string); label?: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (button: Element) => {
    const value = typeof text === "string" ? text : text();
    const done = await copyText(value);
    setIsCopied(done);
    if (done) return;
    const beside = [...(button.parentElement?.querySelectorAll("code, pre") ?? [])].find(({ textContent }) => textContent === value);
    if (beside) getSelection()?.selectAllChildren(beside);
    toastError(new Error(NOT_COPIED));
  };
  return <IconButton icon={isCopied ? "check" : "copy"} label={isCopied ? "Copied" : label} onPress={({ target }) => void copy(target)} small />;
}
