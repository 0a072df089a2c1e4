import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Mistake, api, got, ifMatch, useAllowed } from "../../api";
import { Button, Dialog, Diff, Notice, SaveNotice, Stack, toast } from "../../ui";
import { Impact } from "./impact";
import { READ_ANEW, type Role, type RoleDocument } from "./role";
import styles from "./editor.module.css";

interface Props {
  role: Role | undefined;
  document: RoleDocument;
  onClose: () => void;
  /** What the server says of the document, for its fields. */
  onMistakes: (mistakes: readonly Mistake[]) => void;
  /** It was saved, and the page is about to be left. */
  onSaved: () => void;
  /** Somebody else changed it meanwhile, and the editor goes on over that. */
  onTake: (newer: Role, keepsTyped: boolean) => void;
}

/** What is changed, and who gains and loses what by it, before it is saved. */
export function Review({ role, document, onClose, onMistakes, onSaved, onTake }: Props) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const maySeeImpact = useAllowed("casemate.policy.impact");
  const before = role?.document;
  const isSame = before !== undefined && JSON.stringify(before) === JSON.stringify(document);
  const readAnew = () => {
    for (const key of READ_ANEW) void queries.invalidateQueries({ queryKey: [key] });
  };
  const put = async (now: Role, body: RoleDocument) => got(await api.PUT("/api/v1/roles/{id}", { params: { path: { id: now.id }, header: ifMatch(now) }, body }));
  const save = useMutation({
    mutationFn: async () => (role ? put(role, document) : got(await api.POST("/api/v1/roles", { body: document }))),
    onError: (error) => {
      if (error.mistakes.length > 0) onMistakes(error.mistakes);
    },
    onSuccess: (saved) => {
      readAnew();
      onSaved();
      onClose();
      toast(role ? `${saved.name} was changed` : `${saved.name} was made`, {
        undo: async () => {
          if (role) await put(saved, role.document);
          else await api.DELETE("/api/v1/roles/{id}", { params: { path: { id: saved.id }, header: ifMatch(saved) } });
          readAnew();
          if (!role) void navigate({ to: "/roles", search: true } as never);
        },
      });
      void navigate({ to: `/roles/${saved.id}`, search: true } as never);
    },
  });
  const run = () => !save.isPending && !isSame && save.mutate();
  return (
    <Dialog
      actions={
        <>
          <Button onPress={onClose}>Go on editing</Button>
          <Button disabled={isSame} kind="primary" pending={save.isPending} type="submit">
            {role ? "Save role" : "Create role"}
          </Button>
        </>
      }
      onClose={onClose}
      onSubmit={run}
      open
      title={role ? `Review the change of ${role.name}` : `Review ${document.name}`}
      wide
    >
      <Stack>
        {role && document.name !== role.name && <Notice kind="warn" title="The name changes">Assignments, teams and roles that name {role.name} do not follow by themselves.</Notice>}
        <section>
          <h3 className={styles.heading}>What is changed</h3>
          <Diff after={document} before={before} label="What is changed" />
        </section>
        {maySeeImpact === true && !isSame && <Impact document={document} tenant={role?.tenant} />}
        {maySeeImpact === false && !isSame && <Notice title="Who gains and loses by it is not known here">Whoever may compare policies (casemate.policy.impact) sees it before it is saved.</Notice>}
        <SaveNotice
          error={save.error}
          meanwhile={
            role && {
              opened: role,
              read: async (signal) => got(await api.GET("/api/v1/roles/{id}", { params: { path: { id: role.id } }, signal })),
              shows: ({ document: shown }) => shown,
              onTake: (newer, keepsTyped) => {
                onTake(newer, keepsTyped);
                save.reset();
              },
            }
          }
          onRetry={run}
        />
        {save.error && save.error.mistakes.length > 0 && <div>Each is marked in the form and in the JSON.</div>}
      </Stack>
    </Dialog>
  );
}
