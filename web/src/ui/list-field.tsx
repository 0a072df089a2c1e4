import { useState } from "react";
import { TextField } from "./text-field";

export interface ListFieldProps {
  label: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
  help?: string;
  error?: string | undefined;
  optional?: boolean;
  required?: boolean;
  mono?: boolean;
  rows?: number;
  placeholder?: string;
}

/** Texts, one a line. */
export function ListField({ values, onChange, rows = 2, help, ...rest }: ListFieldProps) {
  const [text, setText] = useState(values.join("\n"));
  const typed = linesOf(text);
  const shown = typed.join("\n") === values.join("\n") ? text : values.join("\n");
  return (
    <TextField
      {...rest}
      help={help === undefined ? "One a line." : `${help} One a line.`}
      onChange={(now) => {
        setText(now);
        onChange(linesOf(now));
      }}
      rows={Math.max(rows, Math.min(values.length, 8))}
      value={shown}
    />
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
