import { useEffect, useRef, useState } from "react";
import { Button, Input, SearchField as AriaSearchField } from "react-aria-components/SearchField";
import { cx } from "./cx";
import styles from "./field.module.css";
import { Icon } from "./icon";
import { Kbd } from "./kbd";

/** How long somebody may pause while typing before it is searched, in milliseconds. */
const PAUSE = 200;

/**
 * What is searched for. `/` leads to it, Escape empties it. `onChange` is called when somebody stops typing for a moment, and
 * at once by Enter.
 */
export function SearchField({ label, value, onChange, placeholder, autoFocus, maxLength = 256 }: { label: string; value: string; onChange: (value: string) => void; placeholder?: string; autoFocus?: boolean; /** As much as the API takes. */ maxLength?: number }) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const timer = useRef(0);
  // What comes from elsewhere, such as the browser's way back, is taken over; what came from here is not.
  useEffect(() => {
    if (value !== told.current) {
      told.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (text: string) => {
    clearTimeout(timer.current);
    if (text === told.current) return;
    told.current = text;
    onChange(text);
  };
  return (
    <AriaSearchField
      aria-label={label}
      autoFocus={autoFocus ?? false}
      className={styles.search ?? ""}
      onChange={(text) => {
        setTyped(text);
        clearTimeout(timer.current);
        if (text === "") tell("");
        else timer.current = window.setTimeout(() => tell(text), PAUSE);
      }}
      onSubmit={tell}
      value={typed}
    >
      <Icon className={styles.searchIcon} name="search" />
      <Input className={cx(styles.input)} data-search-field maxLength={maxLength} placeholder={placeholder ?? label} spellCheck={false} />
      <span aria-hidden="true" className={styles.hint}>
        <Kbd keys="/" />
      </span>
      <Button aria-label="Clear" className={styles.clear ?? ""}>
        <Icon name="x" size={14} />
      </Button>
    </AriaSearchField>
  );
}
