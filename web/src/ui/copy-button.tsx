import { useEffect, useState } from "react";
import { IconButton } from "./button";

/** Puts a text into the clipboard. The sign says that it did. */
export function CopyButton({ text, label = "Copy" }: { text: string | (() => string); label?: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    const value = typeof text === "string" ? text : text();
    void navigator.clipboard.writeText(value).then(() => setIsCopied(true));
  };
  return <IconButton icon={isCopied ? "check" : "copy"} label={isCopied ? "Copied" : label} onPress={copy} small />;
}
