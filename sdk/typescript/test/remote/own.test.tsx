// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { act, render, screen } from "@testing-library/react";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Catalog, Engine, OwnPermissions } from "../../src/index.js";
import { Allowed, PermissionProvider, useOwnPermissions, useRefresh } from "../../src/react.js";
import { TestClock, until } from "./clock.js";
import { NOTES, type Place, begin } from "./place.js";

let place: Place;
let catalog: Catalog;
beforeAll(async () => {
  place = await begin();
  catalog = (await Engine.load(new Uint8Array(readFileSync("wasm/engine_bg.wasm")))).catalog([NOTES]);
});
afterAll(() => place.server.stop());

function Page({ own }: { own: OwnPermissions }) {
  return (
    <PermissionProvider decider={useOwnPermissions(own)}>
      <Buttons />
    </PermissionProvider>
  );
}

/** Node's `fetch` takes no signal of the page that is played. */
const plain: typeof fetch = (input, { signal: _, ...init } = {}) => fetch(input, init);

const NOTE = { type: "note", id: "7", properties: { folder: "public" } };

function Buttons() {
  const refresh = useRefresh();
  return (
    <>
      <button onClick={refresh}>again</button>
      <Allowed permission="notes.read" resource={NOTE} otherwise="nothing">
        read
      </Allowed>
      <Allowed permission="shop.order" otherwise="no shop">
        shop
      </Allowed>
    </>
  );
}

describe("what whoever uses a page holds", () => {
  it("is shown, and followed as it changes and ends", async () => {
    const { key, keyId } = await place.account("page-ada");
    const { id } = await place.assign("reader", "page-ada");
    const clock = new TestClock(Date.now());
    const tags: (string | null)[] = [];
    let isCut = false;
    const watched: typeof fetch = (input, init) => {
      if (isCut) return Promise.reject(new Error("cut"));
      tags.push(new Headers(init?.headers).get("if-none-match"));
      return plain(input, init);
    };
    const own = await OwnPermissions.open({ url: place.server.url, credential: key, catalog, clock, every: 10_000, fetch: watched });
    const first = own.decider;
    expect(first?.identity.type).toBe("api-key");
    render(<Page own={own} />);
    await screen.findByText(/read/);
    expect(screen.getByText(/no shop/)).toBeDefined();

    // Where nothing changed, it goes on with the same.
    await act(() => own.refresh());
    expect(own.decider).toBe(first);
    expect(tags[1]).toMatch(/^"/);

    await place.change("DELETE", `/api/v1/assignments/${id}`);
    act(() => screen.getByText("again").click());
    await screen.findByText(/nothing/);
    expect(own.decider).not.toBe(first);

    // It is asked by itself, too.
    await place.assign("reader", "page-ada");
    await act(async () => {
      const before = tags.length;
      clock.advance(10_000);
      await until(() => tags.length > before);
    });
    await screen.findByText(/read/);

    // Nobody answers: after a while nothing is allowed.
    isCut = true;
    act(() => clock.advance(59_999));
    expect(own.decider).toBeDefined();
    await act(async () => clock.advance(1));
    expect(own.decider).toBeUndefined();
    await screen.findByText(/nothing/);
    isCut = false;
    await act(() => own.refresh());
    await screen.findByText(/read/);

    // A verdict ends it at once.
    await place.change("POST", `/api/v1/api-keys/${keyId}/revoke`);
    await act(async () => {
      await expect(own.refresh()).rejects.toMatchObject({ status: 401 });
    });
    expect(own.decider).toBeUndefined();
    await screen.findByText(/nothing/);
    await expect(first?.decide("notes.read")).rejects.toMatchObject({ code: "unavailable" });
    own.close();
  });

  it("is what anonymous holds where nothing is presented", async () => {
    const own = await OwnPermissions.open({ url: place.server.url, catalog, every: 0, fetch: plain });
    expect(own.decider?.identity.type).toBe("anonymous");
    expect(await own.decider?.decide("notes.read", { resource: NOTE })).toMatchObject({ allowed: true });
    own.close();
    expect(own.decider).toBeUndefined();
  });
});
