import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ConsistencyVerdict, type EventVerdict, loadAudit, verifyConsistency, verifyEvent } from "../src/audit.js";
import { type Server, start } from "./server.js";

interface Proof {
  id: number;
  event?: string;
  salt?: string;
  leaf?: string;
  inclusion: string[];
  checkpoint: string;
}
interface Detail {
  event: { id: number; action: string; actor: { id: string }; [member: string]: unknown };
  text: string;
  salt: string;
  leaf: string;
}
interface Keys {
  origin: string;
  keys: string[];
  witnesses: string[];
}
interface Consistency {
  from: number;
  to: number;
  proof: string[];
}
interface Vector {
  key: string;
  witness: string;
  other_key: string;
  proof: Proof;
  event: Detail;
  older: string;
  newer: string;
  consistency: Consistency;
  split: string;
}

/** What the Rust tests make, and compare. */
const vector = JSON.parse(readFileSync(resolve("../../crates/audit/tests/data/verdict.json"), "utf8")) as Vector;

function failed(verdict: EventVerdict | ConsistencyVerdict): string[] {
  return verdict.steps.filter(({ outcome }) => outcome === "failed").map(({ step }) => step);
}

/** Another letter of base64 at a place. */
function other(text: string, place: number): string {
  const at = place < 0 ? text.length + place : place;
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}

describe("the log of a real server", () => {
  let server: Server;
  let credential: string;
  beforeAll(async () => {
    server = await start();
    const administrator = { service_account: { name: "operator" } };
    const made = await ask<{ api_key: { key: string } }>("/api/v1/administrators", { key: server.oneTimeKey, administrator });
    credential = made.api_key.key;
  });
  afterAll(() => server.stop());

  async function answer(path: string, body?: unknown): Promise<Response> {
    const headers = { "content-type": "application/json", ...(credential && { authorization: `Bearer ${credential}` }) };
    const said = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, server.url), said);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
  const ask = async <T>(path: string, body?: unknown) => (await answer(path, body)).json() as Promise<T>;

  /** The checkpoint, once the log was signed beyond so many events. */
  const checkpoint = (beyond = 0) =>
    vi.waitFor(
      async () => {
        const note = await (await answer("/api/v1/audit-log/checkpoint")).text();
        expect(Number(note.split("\n")[1])).toBeGreaterThan(beyond);
        return note;
      },
      { timeout: 10_000 },
    );

  /** An event that the server recorded, as a page asks for it. */
  async function recorded(name: string): Promise<{ proof: Proof; event: Detail; key: Keys }> {
    await ask("/api/v1/service-accounts", { name });
    const sought = { action: "casemate.service-account.create" };
    const found = await ask<{ items: { id: number }[] }>("/api/v1/audit-events/search", sought);
    const id = Math.max(...found.items.map((item) => item.id));
    await checkpoint(id);
    const [proof, event, key] = await Promise.all([
      ask<Proof>(`/api/v1/audit-events/${id}/proof`),
      ask<Detail>(`/api/v1/audit-events/${id}`),
      ask<Keys>("/api/v1/audit-log/key"),
    ]);
    return { proof, event, key };
  }

  it("proves an event, whatever was recorded meanwhile", async () => {
    const { proof, event, key } = await recorded("gateway");
    const verdict = await verifyEvent({ proof, event, key });
    expect(verdict).toMatchObject({ verdict: "proved", id: event.event.id, erased: false, leaf: event.leaf });
    expect(verdict.checkpoint).toMatchObject({ origin: key.origin, key: key.keys[0] });
    expect(verdict.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      "key passed",
      "proof passed",
      "checkpoint passed",
      "event passed",
      "leaf passed",
      "inclusion passed",
      "cosignatures skipped",
    ]);
    // As texts, with one key, as it stands in a list, and alone.
    const texts = { proof: JSON.stringify(proof), event: JSON.stringify(event.event), key: key.keys[0] ?? "" };
    expect(await verifyEvent(texts)).toMatchObject({ verdict: "proved" });
    expect(await verifyEvent({ proof, key: key.keys })).toMatchObject({ verdict: "proved" });
  });

  it("shows every kind of event as it was recorded", async () => {
    const { key } = await recorded("another");
    const sought = { everywhere: true, limit: 100 };
    const { items } = await ask<{ items: Detail["event"][] }>("/api/v1/audit-events/search", sought);
    const newest = Number((await checkpoint()).split("\n")[1]);
    const own = items.filter(({ id, tenant }) => id < newest && (tenant === "" || tenant === "default"));
    expect(new Set(own.map(({ action }) => action)).size).toBeGreaterThan(3);
    for (const event of own) {
      const proof = await ask<Proof>(`/api/v1/audit-events/${event.id}/proof`);
      expect(await verifyEvent({ proof, event, key }), JSON.stringify(event)).toMatchObject({ verdict: "proved" });
    }
  });

  it("names the step at which something was tampered with", async () => {
    const { proof, event, key } = await recorded("tampered");
    const { leaf } = event;
    const wrong = async (changed: Partial<Proof>, shown: object = event, keys: typeof key | string = key) => {
      const verdict = await verifyEvent({ proof: { ...proof, ...changed }, event: shown, key: keys });
      const first = verdict.steps.find(({ outcome }) => outcome === "failed");
      expect(verdict.verdict).toBe("not proved");
      expect(verdict.summary).toContain(first?.says);
      expect(first?.next).toBeTruthy();
      return [failed(verdict), first?.wrong];
    };
    const renamed = event.text.replace("tampered", "harmless");
    expect(await wrong({ event: renamed })).toEqual([["event", "leaf"], "edited"]);
    expect(await wrong({ event: renamed }, { ...event, text: renamed, event: event.event })).toEqual([["event", "leaf"], "edited"]);
    expect(await wrong({ event: renamed, leaf }, {})).toEqual([["event", "leaf"], "edited"]);
    expect(await wrong({}, { ...event, event: { ...event.event, outcome: "denied" } })).toEqual([["event"], "edited"]);
    expect(await wrong({ salt: other(event.salt, 3) })).toEqual([["leaf"], "edited"]);
    const [first = "", ...rest] = proof.inclusion;
    expect(await wrong({ inclusion: [other(first, 3), ...rest] })).toEqual([["inclusion"], "edited"]);
    expect(await wrong({ inclusion: rest })).toEqual([["inclusion"], "edited"]);
    expect(await wrong({ checkpoint: other(proof.checkpoint, -10) })).toEqual([["checkpoint"], "forged"]);
    expect(await wrong({}, event, vector.other_key)).toEqual([["checkpoint"], "unknown-key"]);
    expect(await wrong({}, event, "")).toEqual([["key"], "unknown-key"]);
    const text = JSON.stringify(proof);
    const truncated = await verifyEvent({ proof: text.slice(0, text.length / 2), event, key });
    expect([failed(truncated), truncated.id]).toEqual([["proof"], null]);
  });

  it("says that the log went on from the checkpoint that was seen before", async () => {
    const older = await checkpoint();
    const from = Number(older.split("\n")[1]);
    const { key } = await recorded("later");
    const newer = await checkpoint(from);
    const to = Number(newer.split("\n")[1]);
    const proof = await ask<Consistency>(`/api/v1/audit-log/consistency?from=${from}&to=${to}`);
    const verdict = await verifyConsistency({ older, newer, proof, key });
    expect(verdict).toMatchObject({ verdict: "proved", older: { size: from }, newer: { size: to } });
    expect(verdict.summary).toContain(`${from} events became ${to}`);
    expect(await verifyConsistency({ older, newer: older, key })).toMatchObject({ verdict: "proved" });
    const back = await verifyConsistency({ older: newer, newer: older, key });
    expect(back.steps.find(({ step }) => step === "consistency")).toMatchObject({ outcome: "failed", wrong: "rolled-back" });
  });
});

describe("what the Rust tests make", () => {
  const { key, witness, proof, event, older, newer, consistency } = vector;

  it("names the witnesses whose cosignatures were checked", async () => {
    const verdict = await verifyEvent({ proof, event, key: { keys: [key], witnesses: [witness] } });
    expect(verdict).toMatchObject({ verdict: "proved" });
    const at = "2026-11-23T10:36:40.000000Z";
    expect(verdict.checkpoint?.cosignatures).toEqual([{ witness: "witness.example.com", verified: true, at }]);
    const unknown = await verifyEvent({ proof, event, key });
    expect(unknown.checkpoint?.cosignatures).toEqual([{ witness: "witness.example.com", verified: false, at: null }]);
    const forged = { ...proof, checkpoint: other(proof.checkpoint, -10) };
    expect(failed(await verifyEvent({ proof: forged, event, key: [key, witness] }))).toEqual(["cosignatures"]);
  });

  it("names the step at which a log did not go on", async () => {
    const changed = { ...consistency, proof: consistency.proof.map((hash) => other(hash, 3)) };
    for (const [check, steps, wrong] of [
      [{ older, newer, proof: consistency, key }, [], undefined],
      [{ older, newer, proof: changed, key }, ["consistency"], "split-view"],
      [{ older, newer: vector.split, proof: consistency, key }, ["consistency"], "split-view"],
      [{ older: newer, newer: vector.split, key }, ["consistency"], "split-view"],
      [{ older: older.replace("\n16\n", "\n17\n"), newer, proof: consistency, key }, ["older", "consistency"], "forged"],
      [{ older, newer: other(newer, -10), proof: consistency, key }, ["newer"], "forged"],
      [{ older, newer, proof: "[", key }, ["proof"], "unreadable"],
      [{ older, newer, proof: consistency, key: vector.other_key }, ["older", "newer"], "unknown-key"],
    ] as const) {
      const verdict = await verifyConsistency(check);
      expect(failed(verdict)).toEqual(steps);
      expect(verdict.steps.find(({ outcome }) => outcome === "failed")?.wrong).toBe(wrong);
    }
  });

  it("has a verdict about whatever comes in", async () => {
    await loadAudit();
    for (const nothing of ["", "null", "[]", "\u0000", "\ud800", "[".repeat(200_000), "x".repeat(20 << 20)]) {
      expect(await verifyEvent({ proof: nothing, event: nothing, key: nothing })).toMatchObject({ verdict: "not proved" });
      expect(await verifyEvent({ proof, event: nothing || "x", key })).toMatchObject({ verdict: "not proved" });
      const check = { older: nothing, newer: nothing, proof: nothing, key: nothing };
      expect(await verifyConsistency(check)).toMatchObject({ verdict: "not proved" });
    }
    expect(await verifyEvent({ proof, event, key })).toMatchObject({ verdict: "proved" });
  });
});
