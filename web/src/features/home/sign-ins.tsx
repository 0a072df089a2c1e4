import { Link, Time, shortId } from "../../ui";
import { Few, Row } from "./attention";
import { PLACES } from "./places";
import { SHOWN, useLastSignIns, useLogins, whoseSignIn } from "./reading";

const REASONS: Record<string, string> = {
  password_wrong: "Wrong password",
  locked: "Account locked",
  account_locked: "Account locked",
  address_blocked: "Address blocked",
  factor_wrong: "Wrong second factor",
  user_inactive: "Not active",
};

/** Who came in last, and who did not. */
export function LastSignIns() {
  const list = useLastSignIns();
  const logins = useLogins(list.items.slice(0, SHOWN).map(whoseSignIn));
  return (
    <Few
      all={PLACES.signIns}
      icon="session"
      id={(event) => event.id}
      list={list}
      none="Nobody has signed in yet."
      row={(event) => {
        const isIn = event.outcome === "success";
        const who = whoseSignIn(event) || "Unknown";
        return (
          <Row
            icon={isIn ? "check" : "x"}
            note={`${isIn ? "Signed in" : (REASONS[event.reason ?? ""] ?? "Not let in")} · ${event.client ?? "unknown address"}`}
            tone={isIn ? "allow" : "deny"}
            what={who.startsWith("usr_") ? <Link to={`/users/${who}`}>{logins[who] ?? shortId(who)}</Link> : who}
            when={<Time value={event.at} />}
          />
        );
      }}
      title="Last sign-ins"
    />
  );
}
