import type { Request, RequestHandler } from "express";
import { type Decider, Deciders, type Identify, type Wants, refusal, wantedOf } from "./guard/decider.js";
import type { Identity } from "./question.js";
import type { Permission, PermissionName } from "./vocabulary.js";

export { local, remote } from "./guard/decider.js";
export type { Decider, Identify, Wanted } from "./guard/decider.js";

export interface ExpressGuards {
  /** Lets a request pass whose identity holds the permission; others get 403, or 503 where that cannot be decided. */
  hasPermission(name: PermissionName, wants?: Wants<[Request]>): RequestHandler;
  /** Who asks. */
  getIdentity(request: Request): Promise<Identity>;
  /** The permissions of that name, as they were granted. */
  getPermissions(request: Request, name: PermissionName): Promise<Permission[]>;
  /** The first of them. */
  getPermission(request: Request, name: PermissionName): Promise<Permission | undefined>;
  /** Who asks, and what they may do. */
  of(request: Request): Promise<Decider>;
}

/** Guards for Express. `identify` runs once for each request. */
export function expressGuards(identify: Identify<Request>): ExpressGuards {
  const deciders = new Deciders<Request>(identify);
  return {
    hasPermission(name, wants) {
      return async (request, response, next) => {
        try {
          await deciders.demand(request, name, await wantedOf(wants, request));
        } catch (error) {
          const { status, headers, body } = refusal(error);
          response.status(status).set(headers).type("application/problem+json").send(JSON.stringify(body));
          return;
        }
        next();
      };
    },
    getIdentity: (request) => deciders.identity(request),
    getPermissions: (request, name) => deciders.permissions(request, name),
    getPermission: async (request, name) => (await deciders.permissions(request, name))[0],
    of: (request) => deciders.of(request),
  };
}
