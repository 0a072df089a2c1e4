import { Actor } from "../../access/actor";
import { counted } from "../../access/count";
import { DirectoryHistory } from "../../access/directory-history";
import { type Schema, api, got, ifMatch, useMay, useSearch } from "../../api";
import { Id } from "../../ui";

/** What changes by hand made of a group and its members. */
export function History({ group, onRestored }: { group: Schema<"StoredGroup">; onRestored: () => void }) {
  const { id } = group;
  const list = useSearch("/api/v1/groups/{id}/versions/search", {}, { path: { id } });
  const may = useMay();
  const mayRestore = may("casemate.group.update") && may("casemate.group-member.add") && may("casemate.group-member.remove") && !group.source.startsWith("code:");
  return (
    <DirectoryHistory
      entry={group}
      list={list}
      mayRestore={mayRestore}
      name={group.name}
      none="Changes by hand and from code have versions. What SCIM or LDAP says has none."
      onRestored={onRestored}
      read={async (revision, signal) => got(await api.GET("/api/v1/groups/{id}/versions/{revision}", { params: { path: { id, revision } }, signal }))}
      restore={async (over, to, how) => got(await api.POST("/api/v1/groups/{id}/versions/{revision}/restore", { params: { path: { id, revision: to }, header: ifMatch({ revision: over }) }, body: { to: "after", ...how } }))}
      besides={({ came, gone }) => (
        <>
          <People ids={came ?? []} title="Came" />
          <People ids={gone ?? []} title="Left" />
        </>
      )}
      leaves={({ missing }) => missing && missing.length > 0 && <p>{counted(missing.length, "member")} of then {missing.length === 1 ? "was" : "were"} deleted since, and {missing.length === 1 ? "is" : "are"} left out.</p>}
    />
  );
}

/** How many of those who came or left are named. */
const NAMED = 20;

function People({ ids, title }: { ids: readonly string[]; title: string }) {
  if (ids.length === 0) return null;
  return (
    <div>
      {title} ({counted(ids.length, "user")}):{" "}
      {ids.slice(0, NAMED).map((id, place) => (
        <span key={id}>
          {place > 0 && ", "}
          <Actor actor={{ provider: "casemate", type: "user", id }} fallback={<Id value={id} />} />
        </span>
      ))}
      {ids.length > NAMED && " …"}
    </div>
  );
}
