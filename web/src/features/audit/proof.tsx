import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { AuditStep } from "@casemate/sdk/audit";
import { type ApiError, type Schema, asApiErrorOf } from "./problem";
import { Badge, Button, ErrorNotice, Icon, Notice, Panel, TextField, cx } from "../../ui";
import { save } from "../../ui/export";
import { checkEvent, pasteKey, pastedKey } from "./checks";
import styles from "./proof.module.css";
import { type Checked, STEPS, isProved, skippedOf, stepsOf, verdictOf } from "./verdict";

/** Checks in the browser that the event is what was recorded. */
export function Proof({ detail }: { detail: Schema<"AuditEventDetail"> }) {
  const [isPasting, setIsPasting] = useState(false);
  const check = useMutation<Checked, ApiError>({ mutationFn: () => checkEvent(detail).catch(asApiErrorOf) });
  const { data } = check;
  const proved = data && isProved(data);
  const verdict = data && verdictOf(data);
  return (
    <Panel
      actions={
        verdict && (
          <Badge icon={verdict.is === "proved" ? "circleCheck" : verdict.is === "agrees" ? "info" : "circleX"} tone={verdict.is === "proved" ? "allow" : verdict.is === "agrees" ? "neutral" : "deny"}>
            {verdict.says}
          </Badge>
        )
      }
      icon="shield"
      title="Proof"
    >
      <div aria-live="polite" className={styles.proof}>
        {!data && <p className={styles.note}>That this event was recorded as it stands here, and that nothing was changed since, is checked by this browser, not by the server.</p>}
        {data && <p>{data.event.verdict === "proved" && !proved ? "The event stands in the log, but the log is not the one that this page saw before." : data.event.summary}</p>}
        {data && <Steps steps={stepsOf(data)} />}
        {data && !proved && (
          <Notice kind="deny" title="Do not rely on what is shown">
            Save the proof, and check it elsewhere with <code>casemate audit verify --proof</code> and a key that did not come from this server. Keep both results: they are evidence.
          </Notice>
        )}
        {data && proved && <From from={data.from} skipped={skippedOf(data)} />}
        <ErrorNotice error={check.error} onRetry={() => check.mutate()} />
        <div className={styles.buttons}>
          <Button icon="shield" kind={data ? "plain" : "primary"} onPress={() => check.mutate()} pending={check.isPending}>
            {data ? "Verify again" : "Verify in this browser"}
          </Button>
          {data && (
            <Button icon="download" onPress={() => save(new Blob([JSON.stringify(data.proof)], { type: "application/json" }), `event-${detail.event.id}.json`)}>
              Save proof
            </Button>
          )}
          <Button icon="key" kind="quiet" onPress={() => setIsPasting(!isPasting)}>
            {pastedKey() === "" ? "Use a key of mine" : "Change the key"}
          </Button>
        </div>
        {isPasting && (
          <PasteKey
            onDone={() => {
              setIsPasting(false);
              check.mutate();
            }}
          />
        )}
      </div>
    </Panel>
  );
}

function From({ from, skipped }: { from: Checked["from"]; skipped: string[] }) {
  const left = skipped.length > 0 && <p className={styles.note}>Not looked at: {skipped.join(", ")}.</p>;
  if (from === "pasted")
    return (
      <>
        <p className={styles.note}>The key is the one that you gave.</p>
        {left}
      </>
    );
  return (
    <>
      <Notice title="With the server's own key, the log agrees with itself">Whoever can write the log could change that answer too. It is proved with a key that reached you another way: use a key of yours.</Notice>
      {left}
    </>
  );
}

function PasteKey({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState(pastedKey());
  return (
    <div className={styles.paste}>
      <TextField help="NAME+ID+KEY, those of witnesses too. It stays in this page, and goes nowhere." label="Keys that you trust" mono onChange={setText} rows={3} value={text} />
      <Button
        onPress={() => {
          pasteKey(text);
          onDone();
        }}
      >
        {text.trim() === "" ? "Verify with the server's key" : "Verify with this key"}
      </Button>
    </div>
  );
}

const SIGNS = { passed: "circleCheck", failed: "circleX", skipped: "dot" } as const;
const WORDS = { passed: "Passed", failed: "Failed", skipped: "Skipped" } as const;

/** Each step, with what was found. */
export function Steps({ steps }: { steps: readonly AuditStep[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ step, outcome, says, wrong, next }) => (
        <li className={cx(styles[outcome])} key={step}>
          <Icon name={SIGNS[outcome]} />
          <div>
            <div className={styles.name}>
              {STEPS[step] ?? step}
              <span className={outcome === "passed" ? "hidden" : styles.word}>{WORDS[outcome]}</span>
              {wrong !== undefined && <code>{wrong}</code>}
            </div>
            <div className={styles.says}>{says}</div>
            {next !== undefined && <div className={styles.next}>{next}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
