import { useState } from "react";
import { useAllowed, useSearch } from "../api";
import { Button, ComboBox, IconButton } from "../ui";
import styles from "./roles-field.module.css";

interface RolesFieldProps {
  label: string;
  value: readonly string[];
  onChange: (roles: string[]) => void;
  error?: string | undefined;
}

/** A list of roles, by name: found by typing, taken off one by one. */
export function RolesField({ label, value, onChange, error }: RolesFieldProps) {
  const [typed, setTyped] = useState("");
  const maySee = useAllowed("casemate.role.list") === true;
  const { items } = useSearch("/api/v1/roles/search", { sort: "name" }, { limit: 1000, enabled: maySee });
  const options = items.filter((role) => !value.includes(role.name)).map((role) => ({ value: role.name, label: role.name, ...(role.document.title ? { help: role.document.title } : {}) }));
  const name = typed.trim();
  const add = () => {
    if (name !== "" && !value.includes(name)) onChange([...value, name]);
    setTyped("");
  };
  return (
    <div className={styles.field}>
      <div className={styles.line}>
        <div className={styles.box}>
          <ComboBox error={error} free label={label} onChange={setTyped} options={options} placeholder="Type to search" value={typed} />
        </div>
        <Button disabled={name === ""} onPress={add}>
          Add
        </Button>
      </div>
      {value.length > 0 && (
        <ul aria-label={`${label}, chosen`} className={styles.chosen}>
          {value.map((role) => (
            <li key={role}>
              <span>{role}</span>
              <IconButton icon="x" label={`Take off ${role}`} onPress={() => onChange(value.filter((one) => one !== role))} small />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
