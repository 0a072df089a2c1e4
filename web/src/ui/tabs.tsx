import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components/Tabs";
import { useFragmentState } from "./fragment";
import styles from "./tabs.module.css";

export interface TabEntry {
  id: string;
  title: string;
  count?: number | undefined;
  /** Rendered when it is chosen. */
  content: () => ReactNode;
}

/** Says whether there are more tabs beyond the right edge: they fade there. */
function say(list: HTMLElement | null): void {
  if (list) list.dataset["more"] = String(list.scrollLeft + list.clientWidth < list.scrollWidth - 2);
}

/** Parts of a page, one at a time. Which one stands in the fragment as `tab`, so that it can be linked to. */
export function Tabs({ label, tabs }: { label: string; tabs: TabEntry[] }) {
  const [state, setState] = useFragmentState({ tab: "" });
  const chosen = tabs.find((tab) => tab.id === state.tab)?.id ?? tabs[0]?.id ?? "";
  return (
    <AriaTabs className={styles.tabs ?? ""} onSelectionChange={(key) => setState({ tab: key === tabs[0]?.id ? "" : String(key) })} selectedKey={chosen}>
      <TabList aria-label={label} className={styles.list ?? ""} onScroll={(event) => say(event.currentTarget)} ref={say}>
        {tabs.map((tab) => (
          <Tab className={styles.tab ?? ""} id={tab.id} key={tab.id}>
            {tab.title}
            {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel className={styles.panel ?? ""} id={tab.id} key={tab.id}>
          {tab.id === chosen && tab.content()}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
