import type { QueryClient } from "@tanstack/react-query";

/**
 * Where somebody else is signed in than before: what the former person read is forgotten, and what is shown is read anew. What may not
 * be read now is shown no longer; forms stay, with what was typed.
 */
export async function forgetFormer(queries: QueryClient): Promise<void> {
  queries.removeQueries({ type: "inactive" });
  await queries.invalidateQueries();
  for (const query of queries.getQueryCache().findAll()) {
    if (query.state.status === "error") query.setState({ data: undefined });
  }
}
