import { DirectoryHistory } from "../../access/directory-history";
import { type Schema, api, got, ifMatch, useAllowed, useSearch } from "../../api";

/** What changes by hand made of a user. */
export function History({ user, onRestored }: { user: Schema<"StoredUser">; onRestored: () => void }) {
  const { id } = user;
  const list = useSearch("/api/v1/users/{id}/versions/search", {}, { path: { id } });
  const mayRestore = useAllowed("casemate.user.update") === true;
  return (
    <DirectoryHistory
      entry={user}
      list={list}
      mayRestore={mayRestore}
      name={user.login}
      none="Changes by hand have versions. What a provider says has none."
      onRestored={onRestored}
      read={async (revision, signal) => got(await api.GET("/api/v1/users/{id}/versions/{revision}", { params: { path: { id, revision } }, signal }))}
      restore={async (over, to, how) => got(await api.POST("/api/v1/users/{id}/versions/{revision}/restore", { params: { path: { id, revision: to }, header: ifMatch({ revision: over }) }, body: { to: "after", ...how } }))}
    />
  );
}
