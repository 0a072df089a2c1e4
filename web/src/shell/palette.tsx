import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { Dialog as AriaDialog, Modal, ModalOverlay } from "react-aria-components/Modal";
import { useMay } from "../api/me";
import dialog from "../ui/dialog.module.css";
import { Icon, type IconName } from "../ui/icon";
import { useOffered } from "../ui/keys";
import { visible } from "./bar";
import type { Areas } from "./area";
import styles from "./palette.module.css";
import { signOut } from "./person-menu";
import { setTheme } from "./theme";

interface Choice {
  id: string;
  group: string;
  title: string;
  words?: string;
  help?: string | undefined;
  icon: IconName;
  run: () => void;
}

/** How long somebody may pause before things are searched, in milliseconds. */
const PAUSE = 150;

/** Where each word of what was typed stands in a text; the earlier, the better. Nothing where one is missing. */
export function rank(text: string, typed: string): number | undefined {
  const within = text.toLowerCase();
  let sum = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = within.indexOf(word);
    if (at < 0) return undefined;
    sum += at === 0 || within[at - 1] === " " ? at : at + 50;
  }
  return sum;
}

/** Pages, what can be done on this one, and things that are found as somebody types. */
export default function Palette({ areas, onClose, onKeys }: { areas: Areas; onClose: () => void; onKeys: () => void }) {
  const router = useRouter();
  const may = useMay();
  const offered = useOffered();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const go = (to: string) => void router.navigate({ to, search: true } as never);

  const fixed: Choice[] = [
    ...offered.map((action, index) => ({ id: `here-${index}`, group: "On this page", title: action.title, icon: action.icon ?? ("arrowRight" as const), run: action.run })),
    ...visible(areas.nav, may).flatMap((section) =>
      section.entries.map((entry) => ({ id: `to-${entry.to}`, group: "Go to", title: entry.title, words: entry.words ?? "", help: section.title, icon: entry.icon, run: () => go(entry.to) })),
    ),
    { id: "keys", group: "Console", title: "Keyboard shortcuts", icon: "keyboard", run: onKeys },
    { id: "light", group: "Console", title: "Light theme", icon: "sun", run: () => setTheme("light") },
    { id: "dark", group: "Console", title: "Dark theme", icon: "moon", run: () => setTheme("dark") },
    { id: "system", group: "Console", title: "Theme of the system", icon: "monitor", run: () => setTheme("system") },
    { id: "out", group: "Console", title: "Sign out", icon: "signOut", run: signOut },
  ];
  const { found, isSearching } = useFound(areas, may, typed.trim(), go);
  const choices = [
    ...fixed
      .map((choice) => ({ choice, rank: rank(`${choice.title} ${choice.words ?? ""}`, typed) }))
      .filter((one): one is { choice: Choice; rank: number } => one.rank !== undefined)
      .sort((a, b) => (typed.trim() === "" ? 0 : a.rank - b.rank))
      .map(({ choice }) => choice)
      .sort((a, b) => (typed.trim() === "" ? 0 : Number(a.group === "Console") - Number(b.group === "Console"))),
    ...found,
  ];
  const current = Math.min(at, choices.length - 1);

  useEffect(() => {
    list.current?.querySelector(`[aria-selected="true"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.run();
  };
  const pressed = (event: KeyboardEvent) => {
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move !== 0 && choices.length > 0) {
      event.preventDefault();
      setAt((current + move + choices.length) % choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(choices[current]);
    }
  };
  return (
    <ModalOverlay className={dialog.overlay ?? ""} isDismissable isOpen onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className={`${dialog.modal} ${dialog.palette}`}>
        <AriaDialog aria-label="Search or jump to" className={dialog.dialog ?? ""}>
          <div className={styles.box}>
            <Icon className={styles.sign} name="search" />
            <input
              aria-activedescendant={choices.length > 0 ? `${id}-${current}` : undefined}
              aria-autocomplete="list"
              aria-controls={`${id}-list`}
              aria-expanded="true"
              aria-label="Search or jump to"
              autoFocus
              className={styles.input}
              maxLength={256}
              onChange={(event) => {
                setTyped(event.target.value);
                setAt(0);
              }}
              onKeyDown={pressed}
              placeholder="Search or jump to"
              role="combobox"
              spellCheck={false}
              value={typed}
            />
          </div>
          <div aria-label="Results" className={styles.list} id={`${id}-list`} ref={list} role="listbox" tabIndex={-1}>
            {choices.map((choice, index) => (
              <div key={choice.id} role="presentation">
                {choice.group !== choices[index - 1]?.group && (
                  <div className={styles.group} role="presentation">
                    {choice.group}
                  </div>
                )}
                <div aria-selected={index === current} className={styles.option} id={`${id}-${index}`} onClick={() => choose(choice)} onPointerMove={() => setAt(index)} role="option">
                  <Icon name={choice.icon} />
                  {choice.title}
                  {choice.help !== undefined && choice.help !== "" && <span className={styles.help}>{choice.help}</span>}
                </div>
              </div>
            ))}
          </div>
          {choices.length === 0 && <div className={styles.none} role="status">{isSearching ? "Searching…" : `Nothing is called “${typed.trim()}”`}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function useFound(areas: Areas, may: (permission: string) => boolean, typed: string, go: (to: string) => void): { found: Choice[]; isSearching: boolean } {
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setText(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const finders = useMemo(() => areas.finders.filter((finder) => may(finder.permission)), [areas]);
  const { data, isFetching } = useQuery({
    queryKey: ["palette", text],
    enabled: text.length >= 2 && finders.length > 0,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const all = await Promise.allSettled(finders.map((finder) => finder.find(text, signal)));
      return all.map((one) => (one.status === "fulfilled" ? one.value : []));
    },
  });
  if (typed.length < 2) return { found: [], isSearching: false };
  const found = finders.flatMap((finder, index) =>
    (data?.[index] ?? []).map((one) => ({ id: one.to, group: finder.title, title: one.title, help: one.help, icon: finder.icon, run: () => go(one.to) })),
  );
  return { found, isSearching: isFetching || (finders.length > 0 && text !== typed) };
}
