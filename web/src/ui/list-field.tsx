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
  disabled?: boolean;
  rows?: number;
  placeholder?: string;
}

/** Texts, one a line. */
export function ListField({ values, onChange, rows = 2, help, ...rest }: ListFieldProps) {
  const [text, setText] = useState(values.join("\n"));
  const [last, setLast] = useState(values.join("\n"));
  const outside = values.join("\n");
  // What is typed stays as it is typed, until something else changes the values.
  const shown = outside === last ? text : outside;
  return (
    <TextField
      {...rest}
      help={help === undefined ? "One a line." : `${help} One a line.`}
      onChange={(now) => {
        setText(now);
        const lines = linesOf(now);
        setLast(lines.join("\n"));
        onChange(lines);
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
