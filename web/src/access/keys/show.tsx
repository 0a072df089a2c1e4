import type { Schema } from "../../api";
import { Button, Dialog, KeyValue, Secret, Time } from "../../ui";

/** A key that was made, this once. A click beside it does not close it. */
export function ShowKey({ value, title, onClose, note }: { value: Schema<"ApiKey">; title: string; onClose: () => void; note?: string }) {
  return (
    <Dialog
      actions={
        <Button kind="primary" onPress={onClose}>
          I have copied it
        </Button>
      }
      alert
      onClose={onClose}
      open
      title={title}
    >
      <Secret title="API key" value={value.key ?? ""} />
      <KeyValue
        entries={[
          ["Title", value.title],
          ["Expires", <Time exact key="end" none="Never" value={value.expires_at} />],
        ]}
      />
      {note !== undefined && <p>{note}</p>}
    </Dialog>
  );
}
