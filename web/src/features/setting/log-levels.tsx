import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, useAllowed } from "../../api";
import { Button, CopyAsCurl, ErrorNotice, ErrorState, FormActions, Panel, SkeletonLines, Stack, TextField, toast } from "../../ui";

const KEY = ["/api/v1/log-levels"];

/** What the server that answers logs, until it is changed again, its setting is, or it ends. */
export function LogLevels() {
  const maySee = useAllowed("casemate.log-level.read");
  const mayChange = useAllowed("casemate.log-level.update") === true;
  const query = useQuery({ queryKey: KEY, enabled: maySee === true, queryFn: async ({ signal }) => got(await api.GET("/api/v1/log-levels", { signal })).levels });
  if (maySee !== true) return null;
  return (
    <Panel actions={<CopyAsCurl path="/api/v1/log-levels" />} title="Log levels of this server">
      {query.error ? <ErrorState compact error={query.error} onRetry={() => void query.refetch()} /> : query.data === undefined ? <SkeletonLines lines={2} /> : <Levels key={query.data} levels={query.data} mayChange={mayChange} />}
    </Panel>
  );
}

function Levels({ levels, mayChange }: { levels: string; mayChange: boolean }) {
  const [text, setText] = useState(levels);
  const queries = useQueryClient();
  const put = async (value: string) => got(await api.PUT("/api/v1/log-levels", { body: { levels: value } }));
  const save = useMutation({
    mutationFn: () => put(text.trim()),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: KEY });
      toast("This server logs as you said", {
        undo: async () => {
          await put(levels);
          await queries.invalidateQueries({ queryKey: KEY });
        },
      });
    },
  });
  return (
    <Stack>
      <div>For looking into something: they act on the one server that answers, until it ends or the setting <code>log.levels</code> is changed.</div>
      <TextField disabled={!mayChange} error={save.error?.at("/levels")} help="A level for all, and target=level for parts, with commas between: info,casemate::access=warn" label="Levels" mono onChange={setText} value={text} />
      {save.error && save.error.at("/levels") === undefined && <ErrorNotice error={save.error} onRetry={() => save.mutate()} />}
      {mayChange && text.trim() !== levels && (
        <FormActions>
          <Button onPress={() => setText(levels)}>Discard</Button>
          <Button kind="primary" onPress={() => save.mutate()} pending={save.isPending}>
            Set on this server
          </Button>
        </FormActions>
      )}
    </Stack>
  );
}
