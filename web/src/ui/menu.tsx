import type { ReactElement, ReactNode } from "react";
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from "react-aria-components/Menu";
import { cx } from "./cx";
import { Icon, type IconName } from "./icon";
import styles from "./menu.module.css";

export interface MenuEntry {
  id: string;
  label: string;
  icon?: IconName;
  help?: string;
  onAction: () => void;
  /** Something is lost by it. */
  danger?: boolean;
  disabled?: boolean;
  trailing?: ReactNode;
}

export interface MenuGroup {
  title?: ReactNode;
  entries: MenuEntry[];
  /** One of them is chosen, and marked. */
  chosen?: string;
}

/** What a button opens: `<Menu label="More" trigger={<IconButton … />} entries={[…]} />`, or `groups` with lines between. */
export function Menu({ label, trigger, entries, groups, placement = "bottom end" }: { label: string; trigger: ReactElement; entries?: MenuEntry[]; groups?: MenuGroup[]; placement?: "bottom end" | "bottom start" | "top start" }) {
  const all = (groups ?? [{ entries: entries ?? [] }]).filter((group) => group.entries.length > 0);
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover ?? ""} offset={4} placement={placement}>
        <AriaMenu aria-label={label} className={styles.list ?? ""}>
          {all.flatMap((group, index) => [
            ...(index > 0 ? [<Separator className={styles.separator ?? ""} key={`line-${index}`} />] : []),
            <Group group={group} key={index} />,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Group({ group }: { group: MenuGroup }) {
  const label = typeof group.title === "string" ? {} : { "aria-label": group.entries[0]?.label ?? "" };
  return (
    <MenuSection {...(group.title === undefined ? label : {})} {...(group.chosen === undefined ? {} : { selectionMode: "single" as const, selectedKeys: [group.chosen], disallowEmptySelection: true })}>
      {group.title !== undefined && <Header className={styles.header ?? ""}>{group.title}</Header>}
      {group.entries.map((entry) => (
        <MenuItem className={cx(styles.item, entry.danger && styles.danger)} id={entry.id} isDisabled={entry.disabled ?? false} key={entry.id} onAction={entry.onAction} textValue={entry.label}>
          {group.chosen !== undefined && (
            <span className={styles.check}>
              <Icon name="check" size={14} />
            </span>
          )}
          {entry.icon && <Icon name={entry.icon} />}
          <span className={styles.text}>
            {entry.label}
            {entry.help !== undefined && <span className={styles.help}>{entry.help}</span>}
          </span>
          {entry.trailing !== undefined && <span className={styles.trailing}>{entry.trailing}</span>}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
