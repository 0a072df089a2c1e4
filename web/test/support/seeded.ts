// Data is made once for a whole run: each file of tests has a server of its own on a copy of it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { seed } from "../../scripts/seed.mjs";
import { ADMINISTRATOR, becomeAdministrator, caller } from "./administrator.mjs";
import { startServer } from "./server.mjs";

/** A server's folder, as it was left when it ended. */
export interface Kept {
  data: string;
  /** The administrator's session. */
  cookie: string;
  /** The ids of what was made, by name. */
  seeded: Awaited<ReturnType<typeof seed>>;
}

/** Where a run answers with what it keeps. */
const ADDRESS = "CASEMATE_TESTS_KEPT";

/** Makes a server with data, ends it, and keeps its folder. */
async function make(): Promise<Kept & { remove: () => Promise<void> }> {
  const server = await startServer();
  try {
    const cookie = await becomeAdministrator(server);
    const seeded = await seed(caller(server.url, { cookie }), { url: server.url, administrator: ADMINISTRATOR.login, password: ADMINISTRATOR.password });
    await server.end();
    return { data: server.data, cookie, seeded, remove: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Before all files of a run: nothing is made before one asks for it. */
export default async function setup(): Promise<() => Promise<void>> {
  let made: ReturnType<typeof make> | undefined;
  const answers = createServer((_, response) => {
    made ??= make();
    made.then(
      ({ data, cookie, seeded }) => response.end(JSON.stringify({ data, cookie, seeded })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => answers.listen(0, "127.0.0.1", resolve));
  process.env[ADDRESS] = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
  return async () => {
    answers.close();
    await (await made?.catch(() => undefined))?.remove();
  };
}

/** What the run keeps; nothing where this is no run of tests. */
export async function kept(): Promise<Kept | undefined> {
  const address = process.env[ADDRESS];
  if (address === undefined) return undefined;
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Kept;
}
