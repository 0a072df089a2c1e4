// A server with data, and Vite's in front of it: edits are seen at once. `npm run dev [-- --empty]`.
import { createServer } from "vite";
import { ADMINISTRATOR, becomeAdministrator, caller } from "../test/support/administrator.mjs";
import { startServer } from "../test/support/server.mjs";
import { seed } from "./seed.mjs";

const PORT = Number(process.env.PORT ?? 5173);

// The server has to know the origin that browsers see: Vite's.
const server = await startServer({ publicUrl: `http://127.0.0.1:${PORT}` });
process.env.CASEMATE_URL = server.behind;
const vite = await createServer({ server: { host: "127.0.0.1", port: PORT, strictPort: true } });
await vite.listen();
const url = `http://127.0.0.1:${PORT}`;
const cookie = await becomeAdministrator({ url, key: server.key });
if (!process.argv.includes("--empty")) await seed(caller(url, { cookie }), { url, administrator: ADMINISTRATOR.login, password: ADMINISTRATOR.password });
console.log(`\nThe console: ${url}/console/\nSign in as ${ADMINISTRATOR.login} with ${ADMINISTRATOR.password}\n`);

const stop = async () => {
  await server.stop();
  await vite.close();
  process.exit(0);
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
