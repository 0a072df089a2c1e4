// Compiled, and never run: each line that expects an error fails the check where there is none.
import "./pages.js";
import type { Evaluation, Permission, PermissionName } from "@casemate/sdk";
import { expressGuards } from "../../src/express.js";
import { graphqlGuards } from "../../src/graphql.js";
import { Allowed, usePermission } from "../../src/react.js";

declare const guards: ReturnType<typeof expressGuards>;
declare const resolvers: ReturnType<typeof graphqlGuards<object>>;

export const names: PermissionName[] = ["pb.page.list", "pb.page.write", "pb.export.pdf", "write"];
// @ts-expect-error: misspelt
export const misspelt: PermissionName = "pb.page.lsit";
// @ts-expect-error: of no schema
export const foreign: PermissionName = "cms.entry.list";

guards.hasPermission("pb.page.list");
// @ts-expect-error: misspelt
guards.hasPermission("pb.pages.list");
resolvers.hasPermission("pb.page.read")(() => 1);
// @ts-expect-error: misspelt
resolvers.hasPermission("pb.page.raed")(() => 1);
export const used = () => usePermission("pb.page.write", { resource: { type: "page", properties: { owner: "ada" } } });
// @ts-expect-error: misspelt
export const misused = () => usePermission("pb.page.wirte");
Allowed({ permission: "pb.page.write" });
// @ts-expect-error: misspelt
Allowed({ permission: "pb.page.wirte" });

export const question: Evaluation = {
  subject: { type: "user", id: "ada" },
  action: { name: "pb.page.write" },
  resource: { type: "page", id: "1", properties: { owner: "ada", locale: null, words: 3, tags: ["a"] } },
};
// @ts-expect-error: an attribute that no schema declares
export const attribute: Evaluation = { ...question, resource: { type: "page", properties: { onwer: "ada" } } };
// @ts-expect-error: an attribute of another type
export const typed: Evaluation = { ...question, resource: { type: "page", properties: { words: "3" } } };
// @ts-expect-error: a type of resource that no name has
export const kind: Evaluation = { ...question, resource: { type: "pgae" } };

export const granted: Permission[] = [
  { name: "pb.page.list", locales: ["de"] },
  { name: "pb.page.write", own: true, deny: true },
  { name: "pb.*", own: true, locales: [] },
];
// @ts-expect-error: a property that this name does not have
export const property: Permission = { name: "pb.page.list", own: true };
// @ts-expect-error: a property of another type
export const value: Permission = { name: "pb.page.write", own: "yes" };
// @ts-expect-error: JSON would leave it out, and the restriction with it
export const lost: Permission = { name: "pb.page.write", own: undefined };
export const patterns: Permission[] = [
  { name: "*" },
  { name: "{pb,other}.page.list" },
  { name: "p?.page.list" },
  { name: "pb.page.{list,read}" },
  { name: "pb.page.l*" },
  { name: "pb.export.pd*" },
];
// @ts-expect-error: a pattern that begins as nothing that is declared
export const pattern: Permission = { name: "pb.pgae.*" };
// @ts-expect-error: of no schema
export const foreignPattern: Permission = { name: "cms.*" };
export const long: Permission = { name: "pb.page.write", longest: 9007199254740993n };
