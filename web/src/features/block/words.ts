import type { Schema } from "../../api";

type Block = Schema<"Block">;

export const KINDS: Record<Schema<"BlockKind">, string> = { network: "Network", account: "Account", account_and_network: "Account, one network" };

/** What a block is called by people. */
export function blockedName(block: Block): string {
  return block.login ?? block.network ?? block.user ?? block.service_account ?? block.id;
}

const SECRETS: Record<string, string> = { password: "passwords", "second factor": "codes of a second factor", "api key": "API keys" };

/** Why something is blocked, and what is not looked at meanwhile. */
export function whyBlocked(block: Block): string {
  const secrets = SECRETS[block.what ?? ""] ?? "secrets";
  if (block.kind === "network") return "Too many wrong secrets came from it. No credential is taken from there.";
  if (block.kind === "account_and_network") return `Too many wrong ${secrets} for this account from ${block.network ?? "one network"}. From elsewhere it works.`;
  return `Too many wrong ${secrets} from many places. Only networks that its owner signed in from before are let through.`;
}
