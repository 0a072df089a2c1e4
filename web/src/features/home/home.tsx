import { useAllowed, useMay } from "../../api";
import { Page, Panel, SkeletonLines, Split } from "../../ui";
import { Attention } from "./attention";
import { Places } from "./places-list";
import { Beginning } from "./beginning";
import { Denials } from "./denials";
import { Health } from "./health";
import { Numbers } from "./numbers";
import { useBeginning, useIsReading } from "./reading";
import { LastSignIns } from "./sign-ins";

/** Whoever holds none of these has nothing to watch. */
const WATCHED = ["casemate.alert.list", "casemate.api-key.list", "casemate.access-review.list", "casemate.block.list", "casemate.audit-event.list", "casemate.health.read"];

/** What needs attention now; where there is next to nothing yet, what comes next. */
export function HomePage() {
  const may = useMay();
  const beginning = useBeginning();
  const isReading = useIsReading();
  const isBeginning = beginning.isKnown && !(beginning.hasApplication && beginning.hasPeople && beginning.hasAssignment);
  const isKnown = useAllowed("casemate.alert.list") !== undefined;
  const isWatching = !isKnown || WATCHED.some((permission) => may(permission));
  if (!isWatching) {
    return (
      <Page description="What you may see and do here." title="Home">
        <Places />
      </Page>
    );
  }
  return (
    <Page description="What needs attention now." title="Home">
      {!isKnown || beginning.isReading ? (
        <Panel>
          <SkeletonLines lines={5} />
        </Panel>
      ) : (
        <>
          {isBeginning && <Beginning {...beginning} />}
          <Numbers />
          {isReading ? <Reading /> : <Panels />}
        </>
      )}
    </Page>
  );
}

/** Shown together once they are known: each is as high as what it has to say, and one that grew would move those below it. */
function Panels() {
  return (
    <Split
      aside={
        <>
          <LastSignIns />
          <Health />
        </>
      }
    >
      <Attention />
      <Denials />
    </Split>
  );
}

function Reading() {
  return (
    <Split
      aside={
        <Panel>
          <SkeletonLines lines={6} />
        </Panel>
      }
    >
      <Panel>
        <SkeletonLines lines={8} />
      </Panel>
    </Split>
  );
}
