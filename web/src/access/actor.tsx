import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, got, useAllowed } from "../api";
import { Id, Link, Skeleton } from "../ui";

interface Who {
  provider: string;
  type: string;
  id: string;
}

/** What a user or service account is called, where whoever asks may know. Names are kept for a minute. */
function useName({ type, id }: Who): { found: { name: string; to: string } | undefined; isLoading: boolean } {
  const isUser = type === "user" && id.startsWith("usr_");
  const isService = type === "service" && id.startsWith("sva_");
  const mayReadUsers = useAllowed("casemate.user.read") === true;
  const mayReadAccounts = useAllowed("casemate.service-account.read") === true;
  const { data, isLoading } = useQuery({
    queryKey: ["name", id],
    enabled: (isUser && mayReadUsers) || (isService && mayReadAccounts),
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => {
      if (isUser) return { name: got(await api.GET("/api/v1/users/{id}", { params: { path: { id } }, signal })).login, to: `/users/${id}` };
      return { name: got(await api.GET("/api/v1/service-accounts/{id}", { params: { path: { id } }, signal })).name, to: `/service-accounts/${id}` };
    },
  });
  return { found: data, isLoading };
}

/** Somebody by type and id: their name with a link, where it can be known. */
export function Actor({ actor, fallback }: { actor: Who; fallback?: ReactNode }) {
  const { found, isLoading } = useName(actor);
  if (found) return <Link to={found.to}>{found.name}</Link>;
  if (isLoading) return <Skeleton width="12ch" />;
  if (fallback !== undefined) return <>{fallback}</>;
  return (
    <span>
      {actor.type.replaceAll("-", " ")} {/^(usr|sva)_/.test(actor.id) ? <Id value={actor.id} /> : actor.id}
    </span>
  );
}
