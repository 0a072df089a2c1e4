import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { api, got } from "../../api";
import { Address, Button, Dialog, ErrorNotice, KeyValue, Notice, Stack } from "../../ui";
import type { Receiver } from "./list";

/** Sends a test to a receiver, and shows what came back. */
export function Trial({ receiver, onClose }: { receiver: Receiver | undefined; onClose: () => void }) {
  // Whom it was about stays in the dialog's words while it closes.
  const asked = useRef(receiver);
  if (receiver) asked.current = receiver;
  const of = asked.current;
  const test = useMutation({ mutationFn: async () => got(await api.POST("/api/v1/alert-receivers/{id}/test", { params: { path: { id: of?.id ?? "" } } })) });
  const close = () => {
    test.reset();
    onClose();
  };
  const run = () => !test.isPending && test.mutate();
  const webhook = test.data?.webhook;
  return (
    <Dialog
      actions={
        <>
          <Button onPress={close}>Close</Button>
          <Button icon="send" kind="primary" pending={test.isPending} type="submit">
            {test.data ? "Send another" : "Send test"}
          </Button>
        </>
      }
      onClose={close}
      onSubmit={run}
      open={receiver !== undefined}
      title={`Test ${of?.name ?? ""}`}
    >
      <Stack>
        <div>A message that is marked as a test goes the way of alerts{of?.document.disabled ? ", although it is switched off" : ""}. Whoever is on call there is told. It makes no alert.</div>
        <KeyValue
          entries={[
            of?.document.webhook && ["Webhook, signed", <Address key="webhook" value={of.document.webhook.url} />],
            !!of?.document.mail?.length && ["By e-mail", of.document.mail.join(", ")],
          ]}
        />
        <div aria-live="polite" role="status">
          <Stack>
            {webhook && (
              <Notice kind={webhook.delivered ? "allow" : "deny"} title={webhook.delivered ? `The webhook took it in ${webhook.milliseconds} ms` : `The webhook did not take it (${webhook.milliseconds} ms)`}>
                {webhook.delivered ? `It answered with status ${webhook.status ?? ""}.` : webhook.error}
              </Notice>
            )}
            {test.data?.letters.map(({ address, posted, error }) => (
              <Notice key={address} kind={posted ? "allow" : "deny"} title={posted ? `A letter to ${address} is on its way` : `No letter goes to ${address}`}>
                {posted ? "The mail server is given it now. Look whether it arrives." : error}
              </Notice>
            ))}
          </Stack>
        </div>
        <ErrorNotice error={test.error} onRetry={run} />
      </Stack>
    </Dialog>
  );
}
