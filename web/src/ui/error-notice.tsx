import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, asApiError } from "../api/error";
import { forgetFormer } from "../api/former";
import { type Me, meQuery, readMe } from "../api/me";
import { isSame, onSignedIn, signInAgain } from "../api/signing-in";
import { Button } from "./button";
import buttons from "./button.module.css";
import { CopyButton } from "./copy-button";
import { cx } from "./cx";
import { EmptyState } from "./empty-state";
import { Icon } from "./icon";
import { Notice } from "./notice";
import styles from "./notice.module.css";

/** What helps, for codes where the problem's own words do not say it. */
const CURES: Record<string, string> = {
  unreachable: "Look at your connection. What you typed is still here.",
  changed_meanwhile: "Somebody changed something at the same time. Load it again, and make your change on what is there now.",
  precondition_failed: "Somebody changed this since you opened it. Load it again, and make your change on what is there now.",
  managed_by_code: "It is written in policy files. Change it there, and apply them.",
  last_administrator: "Make somebody else an administrator of the whole installation first.",
  grant_exceeded: "Somebody who holds what is granted here has to do this.",
  forbidden: "Ask an administrator for the permission.",
  in_use: "Change or delete what depends on it first.",
  not_recorded: "Nothing is done that cannot be put on record. Look at the health of the server.",
  outcome_unknown: "Look whether it was made before you try again.",
  not_found: "It may have been deleted, or belong to another tenant.",
  internal: "The log of the server says more, under this request id.",
  unavailable: "Try again in a moment.",
};

/**
 * An error where it happened: in a form or a dialog. Signing in again happens in another tab, and nothing typed is lost. What was
 * asked for goes on by itself where the same person did that from here; what only reads, wherever they did it.
 */
export function ErrorNotice({ error, onRetry, reads = false }: { error: unknown; onRetry?: (() => void) | undefined; reads?: boolean }) {
  if (error === null || error === undefined) return null;
  const problem = asApiError(error);
  if (problem.wantsSignIn) return <SignInNotice onRetry={onRetry} problem={problem} reads={reads} />;
  return (
    <Notice kind="deny" title={problem.title}>
      <Details problem={problem} />
    </Notice>
  );
}

function Details({ problem }: { problem: ApiError }) {
  const cure = CURES[problem.code];
  return (
    <>
      {problem.detail !== undefined && <div>{problem.detail}</div>}
      {problem.mistakes.length > 0 && (
        <ul className={styles.mistakes}>
          {problem.mistakes.map(({ pointer, message }) => (
            <li key={pointer + message}>
              {pointer !== "" && <code>{pointer}</code>} {message}
            </li>
          ))}
        </ul>
      )}
      {cure !== undefined && <div>{cure}</div>}
      {problem.retryAfter !== undefined && <div>Try again in {problem.retryAfter} seconds.</div>}
      <Request problem={problem} />
    </>
  );
}

function Request({ problem }: { problem: ApiError }) {
  if (problem.requestId === undefined) return null;
  const text = JSON.stringify({ ...problem.problem, request_id: problem.requestId, at: new Date().toISOString(), page: location.pathname }, null, 2);
  return (
    <div className={styles.meta}>
      <span>
        {problem.code} · request <code>{problem.requestId}</code>
      </span>
      <CopyButton label="Copy what went wrong" text={text} />
    </div>
  );
}

function SignInNotice({ problem, onRetry, reads }: { problem: ApiError; onRetry: (() => void) | undefined; reads: boolean }) {
  const queries = useQueryClient();
  const [asker] = useState(() => `n${Math.random().toString(36).slice(2)}`);
  const [before] = useState(() => queries.getQueryData<Me>(meQuery.queryKey));
  const [isBack, setIsBack] = useState(false);
  const [other, setOther] = useState<Me | undefined>();
  const retry = useRef(onRetry);
  retry.current = onRetry;
  useEffect(() => {
    // Nothing goes on that was cancelled meanwhile.
    let isShown = true;
    const stop = onSignedIn((from) => {
      setIsBack(true);
      void readMe().then(
        (now) => {
          if (!isShown || now.type === "anonymous") return;
          queries.setQueryData(meQuery.queryKey, now);
          if (isSame(before, now)) {
            setOther(undefined);
            if (reads || from === asker) retry.current?.();
          } else {
            // What was confirmed, was so by somebody else: nothing is done, and nothing stays that they may not see.
            setOther(now);
            void forgetFormer(queries);
          }
        },
        () => undefined,
      );
    });
    return () => {
      isShown = false;
      stop();
    };
  }, [asker, before, queries, reads]);
  return (
    <Notice
      actions={
        <>
          <a className={cx(buttons.button, buttons.small)} href={signInAgain(problem.signIn, asker)} rel="opener" target="_blank">
            <Icon name="external" />
            Sign in again
          </a>
          {isBack && onRetry && (
            <Button onPress={onRetry} small>
              Try again
            </Button>
          )}
        </>
      }
      kind="warn"
      title={problem.wantsRecentSignIn ? "This needs a recent sign-in" : "Your session has ended"}
    >
      <div>
        {other
          ? `You are ${other.display_name ?? other.login ?? other.id ?? other.type} now, and not who began this. Nothing was done: look at it again before you do it.`
          : "It opens in another tab. What you do here goes on when you come back."}
      </div>
    </Notice>
  );
}

/** In place of what could not be read. */
export function ErrorState({ error, onRetry, compact }: { error: unknown; onRetry?: (() => void) | undefined; compact?: boolean }) {
  const problem = asApiError(error);
  if (problem.wantsSignIn) return <ErrorNotice error={problem} onRetry={onRetry} reads />;
  if (problem.code === "forbidden") {
    return (
      <EmptyState compact={compact} icon="lock" title="You may not see this">
        <p>Ask an administrator for the permission.</p>
        <Request problem={problem} />
      </EmptyState>
    );
  }
  return (
    <div className={cx(styles.state, compact && styles.compact)} role="alert">
      <span className={cx(styles.emblem, styles.emblemDeny)}>
        <Icon name="alert" size={20} />
      </span>
      <h2>{problem.title}</h2>
      {problem.detail !== undefined && <p>{problem.detail}</p>}
      {CURES[problem.code] !== undefined && <p>{CURES[problem.code]}</p>}
      <Request problem={problem} />
      {onRetry && (
        <div className={styles.actions}>
          <Button icon="refresh" onPress={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
