import { Split } from "./page";
import { Panel } from "./panel";
import { SkeletonLines } from "./skeleton";

/** What comes on the page of one thing: what it is about, and its details beside that. */
export function SkeletonSplit() {
  return (
    <Split
      aside={
        <Panel title="Details">
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
