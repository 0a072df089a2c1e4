import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, got } from "../../api";
import { Button, toastError } from "../../ui";
import type { EventSearch } from "./terms";
import { events } from "./words";

/** Where counting stops: it takes time on a large log. */
const AT_MOST = 100_000;

/** How many events a search finds, when somebody asks. */
export function Count({ body }: { body: EventSearch }) {
  const count = useMutation({
    mutationFn: async () => got(await api.POST("/api/v1/audit-events/count", { body: { at_most: AT_MOST, search: body } })),
    onError: toastError,
  });
  const { reset } = count;
  const text = JSON.stringify(body);
  useEffect(() => reset(), [text, reset]);
  return (
    <Button onPress={() => count.mutate()} pending={count.isPending}>
      {count.data === undefined ? "Count" : count.data.exact ? events(count.data.count) : `${events(count.data.count)} or more`}
    </Button>
  );
}
