import { useRouter } from "@tanstack/react-router";
import { Button } from "react-aria-components/Button";
import type { Me } from "../api/me";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import styles from "./shell.module.css";
import { type Theme, setTheme, useTheme } from "./theme";

const THEMES: { id: Theme; label: string; icon: "monitor" | "sun" | "moon" }[] = [
  { id: "system", label: "Theme of the system", icon: "monitor" },
  { id: "light", label: "Light theme", icon: "sun" },
  { id: "dark", label: "Dark theme", icon: "moon" },
];

/** What somebody is called: their name, login, or id. */
export function nameOf(me: Me): string {
  return me.display_name ?? me.login ?? me.id ?? me.type;
}

/** Ends the session by the server's own form, which goes on to the provider where that has a session too. */
export function signOut(): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/sign-out";
  document.body.append(form);
  form.submit();
}

/** Who is signed in, and what is theirs. */
export function PersonMenu({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const theme = useTheme();
  const router = useRouter();
  const name = nameOf(me);
  const initials = name
    .split(/[\s.@_-]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
  return (
    <Menu
      groups={[
        {
          title: me.login ?? name,
          entries: [
            { id: "account", label: "Your account", icon: "user", onAction: () => location.assign("/account") },
            { id: "access", label: "Your access", icon: "role", onAction: () => void router.navigate({ to: "/who-am-i", search: true } as never) },
            { id: "factors", label: "Second factors", icon: "shield", onAction: () => location.assign("/account/factors") },
            { id: "keys", label: "Keyboard shortcuts", icon: "keyboard", onAction: onKeys },
          ],
        },
        { entries: THEMES.map(({ id, label, icon }) => ({ id, label, icon, onAction: () => setTheme(id) })), chosen: theme },
        { entries: [{ id: "out", label: "Sign out", icon: "signOut", onAction: signOut }] },
      ]}
      label="You"
      placement="top start"
      trigger={
        <Button className={styles.person ?? ""}>
          <span aria-hidden="true" className={styles.avatar}>
            {initials}
          </span>
          <span className={styles.names}>
            <span>{name}</span>
            {me.login !== undefined && me.login !== name && <span>{me.login}</span>}
          </span>
          <Icon name="chevronUp" size={14} />
        </Button>
      }
    />
  );
}
