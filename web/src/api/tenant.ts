/** The tenant that the page is about, where its address names one: the signed-in person's own otherwise. */
export function tenantInUrl(): string | undefined {
  return new URLSearchParams(location.search).get("tenant") ?? undefined;
}
