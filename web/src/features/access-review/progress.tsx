import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api";
import { Select, Stat } from "../../ui";
import styles from "./access-review.module.css";
import { doneOf } from "./words";

/** How far the review is, over all that is assigned in the tenant. */
export function Progress({ days, since, onDays }: { days: string; since: string; onDays: (days: string) => void }) {
  const { data, error } = useQuery({
    queryKey: ["/api/v1/access-review/progress", since],
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/access-review/progress", { params: { query: { since } }, signal })),
  });
  const { done, of } = data ? doneOf(data) : { done: 0, of: 0 };
  const number = (count: number) => count.toLocaleString("en");
  const note = data ? `${number(data.certified)} certified, ${number(data.revoked)} revoked, ${number(data.changed)} changed since, ${number(data.open)} open` : error ? "It cannot be counted now" : "Counting…";
  return (
    <div className={styles.progress}>
      <Stat label={`Reviewed within ${days} days`} note={note} value={data ? `${data.complete ? "" : "at least "}${number(done)} of ${number(of)}` : "–"} />
      <progress aria-label="Reviewed" className={styles.bar} max={Math.max(1, of)} value={done} />
      <Select inline label="Counts for" onChange={onDays} options={["30", "90", "180", "365"].map((value) => ({ value, label: `${value} days` }))} value={days} />
    </div>
  );
}
