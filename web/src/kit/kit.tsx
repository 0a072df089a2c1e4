import { type ReactNode, useState } from "react";
import { ApiError } from "../api";
import {
  Badge,
  Button,
  Checkbox,
  ComboBox,
  ConfirmDialog,
  CopyAsCurl,
  Dialog,
  Diff,
  EmptyState,
  ErrorNotice,
  ErrorState,
  Filters,
  IconButton,
  Id,
  Json,
  JsonEditor,
  Kbd,
  KeyValue,
  LinkButton,
  Menu,
  Notice,
  Page,
  Panel,
  SearchField,
  Secret,
  Select,
  SkeletonLines,
  Stack,
  Stat,
  type State,
  Status,
  Switch,
  Table,
  Tabs,
  TextField,
  Time,
  Tooltip,
  fixedList,
  toast,
  toastError,
} from "../ui";
import styles from "./kit.module.css";

const STATES: State[] = ["allowed", "denied", "success", "failure", "active", "inactive", "expired", "expiring", "revoked", "open", "acknowledged", "closed", "blocked", "low", "medium", "high", "critical"];
const PROBLEM = new ApiError(409, { title: "The name is taken", code: "name_taken", request_id: "8f14e45fceea167a5a36dedd4bea2543", errors: [{ pointer: "/name", message: "another role has it" }] });
const RECENT = new ApiError(401, { title: "This needs a sign-in of a short while ago", code: "insufficient_user_authentication" });
const FRUIT = [
  { value: "quince", label: "Quince", help: "Hard, and fragrant" },
  { value: "medlar", label: "Medlar" },
  { value: "damson", label: "Damson" },
];

function Row({ children }: { children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}

/** Every component in every state, while developing. */
export function KitPage() {
  const [text, setText] = useState("casemate");
  const [fruit, setFruit] = useState("quince");
  const [isOn, setIsOn] = useState(true);
  const [json, setJson] = useState('{\n  "name": "notes.*",\n  "own": true\n}');
  const [open, setOpen] = useState<"dialog" | "confirm" | undefined>();
  return (
    <Page actions={<Button kind="primary">Primary</Button>} breadcrumbs={[["Home", "/"]]} description="Every component in every state." status={<Status state="active" />} title="Components">
      <Panel title="Buttons">
        <Row>
          <Button kind="primary">Primary</Button>
          <Button icon="plus">Plain</Button>
          <Button kind="quiet">Quiet</Button>
          <Button kind="danger">Danger</Button>
          <Button pending>Pending</Button>
          <Button disabled>Disabled</Button>
          <Button small>Small</Button>
          <IconButton icon="more" label="More" />
          <LinkButton to="/users">To users</LinkButton>
          <CopyAsCurl path="/api/v1/me" />
          <Menu
            entries={[
              { id: "a", label: "Edit", icon: "edit", onAction: () => toast("Edited") },
              { id: "b", label: "Delete", icon: "trash", danger: true, onAction: () => toast("Deleted", { undo: async () => undefined }) },
            ]}
            label="Menu"
            trigger={<Button icon="menu">Menu</Button>}
          />
          <Tooltip text="More words about it">
            <Button>Tooltip</Button>
          </Tooltip>
          <Button onPress={() => toastError(PROBLEM)}>Toast</Button>
        </Row>
      </Panel>
      <Panel title="Fields">
        <div className={styles.grid}>
          <TextField help="What people call it." label="Name" onChange={setText} value={text} />
          <TextField error="Another role has it" label="With a mistake" onChange={setText} value={text} />
          <TextField disabled label="Disabled" onChange={setText} optional value={text} />
          <Select label="Select" onChange={setFruit} options={FRUIT} value={fruit} />
          <ComboBox label="Combo box" onChange={setFruit} options={FRUIT} value={fruit} />
          <TextField label="Lines" onChange={setText} rows={3} value={text} />
          <Checkbox help="It counts when the form is sent." onChange={setIsOn} selected={isOn}>
            Checkbox
          </Checkbox>
          <Switch help="It counts at once." onChange={setIsOn} selected={isOn}>
            Switch
          </Switch>
        </div>
      </Panel>
      <Filters end={<Button icon="download">Export</Button>} onReset={() => setText("")}>
        <SearchField label="Search" onChange={setText} value="" />
        <Select inline label="Fruit" onChange={setFruit} options={FRUIT} value={fruit} />
      </Filters>
      <Table
        columns={[
          { id: "label", title: "Name", cell: (one) => one.label, sort: "name" },
          { id: "value", title: "Value", cell: (one) => <code>{one.value}</code> },
          { id: "help", title: "Words", cell: (one) => one.help ?? "" },
        ]}
        empty={null}
        label="Fruit"
        list={fixedList(FRUIT)}
        onOpen={() => undefined}
        onSort={() => undefined}
        rowId={(one) => one.value}
        selected="medlar"
        sort="name"
      />
      <Panel title="Words and values">
        <Stack>
          <Row>
            {STATES.map((state) => (
              <Status key={state} state={state} />
            ))}
          </Row>
          <Row>
            <Badge>Neutral</Badge>
            <Badge tone="accent">Accent</Badge>
            <Kbd keys="mod k" />
            <Id value="usr_0b07dbf75485f40f082dbc2a2a3dca2c" />
            <Time value={new Date(Date.now() - 7_200_000).toISOString()} />
            <Time exact value={new Date(Date.now() - 7_200_000).toISOString()} />
            <Stat label="Denials" note="In the last 24 hours" value="1,204" />
          </Row>
          <KeyValue
            entries={[
              ["Login", "ada@example.com"],
              ["Id", <Id key="id" value="usr_0b07dbf75485f40f082dbc2a2a3dca2c" whole />],
            ]}
          />
        </Stack>
      </Panel>
      <Tabs
        label="Parts"
        tabs={[
          { id: "diff", title: "Difference", content: () => <Diff after={{ name: "notes.read", folders: ["public", "team"] }} before={{ name: "notes.read", folders: ["public"] }} /> },
          { id: "json", title: "JSON", count: 2, content: () => <Json label="JSON" value={{ name: "notes.*", own: true, folders: ["public", null, 4] }} /> },
          { id: "editor", title: "Editor", content: () => <JsonEditor label="Permission" onChange={setJson} value={json} /> },
          { id: "loading", title: "Loading", content: () => <SkeletonLines lines={4} /> },
        ]}
      />
      <Panel title="Notices">
        <Stack>
          <Notice title="It is so">More about it.</Notice>
          <Notice kind="allow" title="It was done" />
          <Notice kind="warn" title="Look at this">
            It may be otherwise.
          </Notice>
          <ErrorNotice error={PROBLEM} />
          <ErrorNotice error={RECENT} />
        </Stack>
      </Panel>
      <div className={styles.grid}>
        <Panel>
          <EmptyState actions={<Button kind="primary">New role</Button>} icon="role" title="No roles yet">
            A role is a list of permissions.
          </EmptyState>
        </Panel>
        <Panel>
          <ErrorState error={PROBLEM} onRetry={() => undefined} />
        </Panel>
      </div>
      <Row>
        <Button onPress={() => setOpen("dialog")}>Dialog</Button>
        <Button onPress={() => setOpen("confirm")}>Confirm</Button>
      </Row>
      <Dialog actions={<Button onPress={() => setOpen(undefined)}>Done</Button>} onClose={() => setOpen(undefined)} open={open === "dialog"} title="A new key">
        <Secret title="API key" value="cmk_W1x3bxRHmXB6S5PQ_nothing_that_works" />
      </Dialog>
      <ConfirmDialog consequence="12 people lose what they hold by it." onClose={() => setOpen(undefined)} onConfirm={() => Promise.reject(RECENT)} open={open === "confirm"} reason title="Delete the role support?" typed="support" verb="Delete role">
        It cannot be assigned any more.
      </ConfirmDialog>
    </Page>
  );
}
