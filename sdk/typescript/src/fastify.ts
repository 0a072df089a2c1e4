import type { FastifyReply, FastifyRequest } from "fastify";
import { type Decider, Deciders, type Identify, type Wants, refusal, wantedOf } from "./guard/decider.js";
import type { Identity } from "./question.js";
import type { Permission, PermissionName } from "./vocabulary.js";

export { local, remote } from "./guard/decider.js";
export type { Decider, Identify, Wanted } from "./guard/decider.js";

export interface FastifyGuards {
  /** A `preHandler`: lets a request pass whose identity holds the permission; others get 403, or 503. */
  hasPermission(
    name: PermissionName,
    wants?: Wants<[FastifyRequest]>,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;
  /** Who asks. */
  getIdentity(request: FastifyRequest): Promise<Identity>;
  /** The permissions of that name, as they were granted. */
  getPermissions(request: FastifyRequest, name: PermissionName): Promise<Permission[]>;
  /** The first of them. */
  getPermission(request: FastifyRequest, name: PermissionName): Promise<Permission | undefined>;
  /** Who asks, and what they may do. */
  of(request: FastifyRequest): Promise<Decider>;
}

/** Guards for Fastify. `identify` runs once for each request. */
export function fastifyGuards(identify: Identify<FastifyRequest>): FastifyGuards {
  const deciders = new Deciders<FastifyRequest>(identify);
  return {
    hasPermission(name, wants) {
      return async (request, reply) => {
        try {
          await deciders.demand(request, name, await wantedOf(wants, request));
          return undefined;
        } catch (error) {
          const { status, headers, body } = refusal(error);
          return reply.code(status).headers(headers).type("application/problem+json").send(JSON.stringify(body));
        }
      };
    },
    getIdentity: (request) => deciders.identity(request),
    getPermissions: (request, name) => deciders.permissions(request, name),
    getPermission: async (request, name) => (await deciders.permissions(request, name))[0],
    of: (request) => deciders.of(request),
  };
}
