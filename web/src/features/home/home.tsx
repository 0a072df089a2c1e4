import { useMay } from "../../api";
import { Page, Split } from "../../ui";
import { Attention } from "./attention";
import { Beginning } from "./beginning";
import { Denials } from "./denials";
import { Health } from "./health";
import { Numbers } from "./numbers";
import { useBeginning } from "./reading";
import { LastSignIns } from "./sign-ins";

/** What needs attention now; where there is next to nothing yet, what comes next. */
export function HomePage() {
  const may = useMay();
  const beginning = useBeginning();
  const isBeginning = beginning.isKnown && !(beginning.hasApplication && beginning.hasPeople && beginning.hasAssignment);
  return (
    <Page description={may("casemate.audit-event.list") || may("casemate.alert.list") ? "What needs attention now." : "What you may do is at the left."} title="Home">
      {isBeginning && <Beginning {...beginning} />}
      <Numbers />
      <Split
        aside={
          <>
            <Health />
            <LastSignIns />
          </>
        }
      >
        <Attention />
        <Denials />
      </Split>
    </Page>
  );
}
