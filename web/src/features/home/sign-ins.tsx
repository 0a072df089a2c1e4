import { Link, Time, shortId } from "../../ui";
import { Few, Row } from "./attention";
import { SHOWN, useLastSignIns, useLogins, whoseSignIn } from "./reading";

/** Who came in last, and who did not. */
export function LastSignIns() {
  const list = useLastSignIns();
  const logins = useLogins(list.items.slice(0, SHOWN).map(whoseSignIn));
  return (
    <Few
      all="/audit#search=kind%3Asign-in&where=installation"
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
            note={`${isIn ? "Signed in" : (event.reason ?? event.outcome).replaceAll("_", " ")} · ${event.client ?? "unknown address"}`}
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
