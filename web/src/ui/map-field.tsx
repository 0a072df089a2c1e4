import { ListField, type ListFieldProps } from "./list-field";

/** Names and their values, one pair a line: `hd = example.com`. */
export function MapField({ values, onChange, ...rest }: Omit<ListFieldProps, "values" | "onChange"> & { values: Record<string, string>; onChange: (values: Record<string, string> | undefined) => void }) {
  return (
    <ListField
      {...rest}
      mono
      onChange={(lines) => {
        const pairs = lines.map((line): [string, string] => {
          const place = line.indexOf("=");
          return place < 0 ? [line.trim(), ""] : [line.slice(0, place).trim(), line.slice(place + 1).trim()];
        });
        onChange(pairs.length === 0 ? undefined : Object.fromEntries(pairs));
      }}
      values={Object.entries(values).map(([name, value]) => (value === "" ? name : `${name} = ${value}`))}
    />
  );
}
