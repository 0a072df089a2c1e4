import { useQuery } from "@tanstack/react-query";
import { api, got } from "../api/client";
import { useAllowed } from "../api/me";
import { Id, shortId } from "./id";
import { Link } from "./link";

const KINDS: Record<string, string> = { "api-key": "API key", "recovery-key": "Recovery key", service: "Service account", system: "Casemate", anonymous: "Nobody known" };

/** Whoever did something, or has something: by login where they are a user whom one may see, else as they are called. */
export function Actor({ type = "user", id }: { type?: string; id: string; provider?: string }) {
  const isUser = type === "user" && id.startsWith("usr_");
  const maySee = useAllowed("casemate.user.read") === true;
  const { data } = useQuery({
    queryKey: ["/api/v1/users/{id}", id],
    enabled: isUser && maySee,
    staleTime: 60_000,
    queryFn: async ({ signal }) => got(await api.GET("/api/v1/users/{id}", { params: { path: { id } }, signal })),
  });
  if (isUser) return <Link to={`/users/${id}`}>{data?.login ?? shortId(id)}</Link>;
  if (type === "user") return <span>{id}</span>;
  return (
    <span>
      {KINDS[type] ?? type} <Id copy={false} value={id} />
    </span>
  );
}
