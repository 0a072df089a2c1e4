import styles from "./panel.module.css";

/** Stands where something comes, as large as it will be. */
export function Skeleton({ width = "100%", height = 14 }: { width?: number | string; height?: number }) {
  return <span aria-hidden="true" className={styles.skeleton} data-skeleton style={{ width, height }} />;
}

const WIDTHS = ["72%", "54%", "88%", "63%", "46%", "79%"];

/** Lines of text that come. */
export function SkeletonLines({ lines = 4 }: { lines?: number }) {
  return (
    <div className={styles.lines} role="status">
      <span className="hidden">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} width={WIDTHS[index % WIDTHS.length] ?? "60%"} />
      ))}
    </div>
  );
}
