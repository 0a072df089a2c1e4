import type { AriaMenuProps } from "react-aria/useMenu";
import type { ReactNode, RefObject } from "react";
import { Header, Menu, MenuItem, MenuSection, Popover, RootMenuTriggerStateContext, Separator } from "react-aria-components/Menu";
import { OverlayTriggerStateContext } from "react-aria-components/Dialog";
import type { RootMenuTriggerState } from "react-stately/useMenuTriggerState";
import { cx } from "./cx";
import { Icon } from "./icon";
import type { MenuGroup, MenuPlacement } from "./menu";
import styles from "./menu.module.css";

interface MenuListProps {
  label: string;
  groups: MenuGroup[];
  placement: MenuPlacement;
  state: RootMenuTriggerState;
  trigger: RefObject<HTMLElement | null>;
  /** What the button says of it. */
  own: Pick<AriaMenuProps<object>, "id" | "autoFocus" | "onClose">;
}

/** What a menu's button opened. */
export default function MenuList({ label, groups, placement, state, trigger, own }: MenuListProps): ReactNode {
  return (
    <OverlayTriggerStateContext.Provider value={state}>
      <RootMenuTriggerStateContext.Provider value={state}>
        <Popover aria-label={label} className={styles.popover ?? ""} offset={4} placement={placement} trigger="MenuTrigger" triggerRef={trigger}>
          <Menu {...own} aria-label={label} className={styles.list ?? ""}>
            {groups.flatMap((group, index) => [
              ...(index > 0 ? [<Separator className={styles.separator ?? ""} key={`line-${index}`} />] : []),
              <Group group={group} key={index} />,
            ])}
          </Menu>
        </Popover>
      </RootMenuTriggerStateContext.Provider>
    </OverlayTriggerStateContext.Provider>
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
