import { Dialog } from "../ui/dialog";
import { Kbd } from "../ui/kbd";
import { KeyValue } from "../ui/key-value";

/** Which keys do what. */
export default function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} open title="Keyboard shortcuts">
      <KeyValue
        entries={[
          ["Search or jump to", <Kbd key="k" keys="mod k" />],
          ["Search on this page", <Kbd key="s" keys="/" />],
          ["Create a new one", <Kbd key="c" keys="c" />],
          ["Next, previous in a list", <Kbd key="j" keys="j k" />],
          ["Open what is marked", <Kbd key="e" keys="Enter" />],
          ["Close, or empty the search", <Kbd key="x" keys="Esc" />],
          ["These keys", <Kbd key="q" keys="?" />],
        ]}
      />
    </Dialog>
  );
}
