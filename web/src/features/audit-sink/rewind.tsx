import { useState } from "react";
import { api } from "../../api";
import { ConfirmDialog, Stack, TextField, toast } from "../../ui";
import type { Sink } from "./words";

/** Has events sent again. Nothing can be skipped: only back. */
export function Rewind({ sink, next, open, onClose, onDone }: { sink: Sink; next: number | undefined; open: boolean; onClose: () => void; onDone: () => void }) {
  const [text, setText] = useState("0");
  const index = /^\d+$/.test(text.trim()) ? Number(text.trim()) : undefined;
  const again = index === undefined || next === undefined ? undefined : Math.max(0, next - index);
  const wrong = index === undefined ? "A whole number: the index of an event." : undefined;
  return (
    <ConfirmDialog
      consequence={
        again === 0 ? (
          "It was not sent that event yet: nothing would change."
        ) : (
          <ul>
            <li>{again === undefined ? "All events from there on are sent again." : `${again.toLocaleString("en")} ${again === 1 ? "event is" : "events are"} sent again, and what is new waits behind ${again === 1 ? "it" : "them"}.`}</li>
            <li>The receiver gets them twice. It has to know them by their index.</li>
          </ul>
        )
      }
      onClose={onClose}
      onConfirm={async () => {
        if (index === undefined) throw new Error("Write the index of an event, a whole number.");
        await api.PUT("/api/v1/audit-sinks/{id}/cursor", { params: { path: { id: sink.id } }, body: { next_index: index } });
      }}
      onDone={() => {
        onDone();
        toast(`${sink.name} is sent everything from event ${index ?? 0} on again`);
      }}
      open={open}
      title={`Send events to ${sink.name} again?`}
      verb="Send again"
    >
      <Stack>
        <div>{next === undefined ? "No server began to send to it yet." : `It acknowledged everything before event ${next.toLocaleString("en")}.`}</div>
        <TextField error={wrong} help="0 is the beginning of the record." label="From event" mono onChange={setText} value={text} />
      </Stack>
    </ConfirmDialog>
  );
}
