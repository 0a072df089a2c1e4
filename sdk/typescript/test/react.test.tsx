// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Engine, type PermissionSet } from "../src/index.js";
import { Allowed, type Decider, PermissionProvider, local, useIdentity, usePermission, useRefresh } from "../src/react.js";

const NOTES = readFileSync("../../examples/policy/notes.toml", "utf8");

let author: PermissionSet;
beforeAll(async () => {
  const engine = await Engine.load(new Uint8Array(readFileSync("wasm/engine_bg.wasm")));
  author = engine.catalog([NOTES]).compile([{ name: "notes.write", own: true }]);
});
afterEach(cleanup);

const ada: Decider = { ...local({ type: "user", id: "ada" }, undefined as never) };

function decider(id: string): Decider {
  return local({ type: "user", id }, author);
}

function Page({ of }: { of: string }) {
  const resource = { type: "note", id: "7", properties: { author: of } };
  const { allowed, loading, error } = usePermission("notes.write", { resource });
  return (
    <>
      <p>{error ? "failed" : loading ? "loading" : allowed ? "yes" : "no"}</p>
      <p>{useIdentity()?.id ?? "nobody"}</p>
      <Allowed permission="notes.write" resource={resource} otherwise="nothing to see">
        <button>Edit</button>
      </Allowed>
    </>
  );
}

function shown(of: string, by: Decider | undefined) {
  return (
    <PermissionProvider decider={by}>
      <Page of={of} />
    </PermissionProvider>
  );
}

it("shows a button to whom may do it, and never before that is known", async () => {
  const { rerender } = render(shown("ada", decider("ada")));
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("loading")).toBeTruthy();
  await screen.findByRole("button", { name: "Edit" });
  expect(screen.getByText("yes")).toBeTruthy();
  expect(screen.getByText("ada")).toBeTruthy();
  // Of another note, and for somebody else, the answer before counts for nothing.
  rerender(shown("bob", decider("ada")));
  expect(screen.queryByRole("button")).toBeNull();
  await screen.findByText("no");
  rerender(shown("bob", decider("bob")));
  await screen.findByRole("button");
  rerender(shown("bob", undefined));
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("nobody")).toBeTruthy();
  expect(screen.getByText("nothing to see")).toBeTruthy();
});

it("shows nothing where it cannot be decided", async () => {
  const failing: Decider = { ...ada, decide: () => Promise.reject(new Error("the server is away")) };
  render(shown("ada", failing));
  await screen.findByText("failed");
  expect(screen.queryByRole("button")).toBeNull();
});

it("takes no late answer to an earlier question", async () => {
  const waiting: ((answer: { allowed: boolean; reason: string }) => void)[] = [];
  const slow: Decider = { ...ada, decide: () => new Promise((resolve) => waiting.push(resolve)) };
  const { rerender } = render(shown("ada", slow));
  await waitFor(() => expect(waiting).toHaveLength(2));
  rerender(shown("bob", slow));
  await waitFor(() => expect(waiting).toHaveLength(4));
  for (const answer of waiting.slice(2)) answer({ allowed: false, reason: "" });
  await screen.findByText("no");
  // Waits until whatever comes of it is shown.
  await act(async () => {
    for (const answer of waiting.slice(0, 2)) answer({ allowed: true, reason: "" });
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("no")).toBeTruthy();
});

it("asks anew when somebody comes back to the page, and when it is told to", async () => {
  let allowed = true;
  const changing: Decider = { ...ada, decide: async () => ({ allowed, reason: "" }) };
  const Refresh = () => <a onClick={useRefresh()}>Refresh</a>;
  render(
    <PermissionProvider decider={changing}>
      <Allowed permission="notes.write" otherwise="nothing to see">
        <button>Edit</button>
      </Allowed>
      <Refresh />
    </PermissionProvider>,
  );
  await screen.findByRole("button");
  allowed = false;
  fireEvent(document, new Event("visibilitychange"));
  await screen.findByText("nothing to see");
  allowed = true;
  fireEvent.click(screen.getByText("Refresh"));
  await screen.findByRole("button");
});

it("asks for the resource and the context alone", async () => {
  const asked: unknown[] = [];
  const deciding: Decider = { ...ada, decide: async (...of) => (asked.push(of), { allowed: true, reason: "" }) };
  const more = { identity: { type: "user", id: "root" }, context: { number: 9007199254740993n } };
  render(
    <PermissionProvider decider={deciding}>
      <Allowed permission="notes.write" {...more}>
        <button>Edit</button>
      </Allowed>
    </PermissionProvider>,
  );
  await screen.findByRole("button");
  expect(asked).toEqual([["notes.write", { context: { number: 9007199254740993n } }]]);
});
