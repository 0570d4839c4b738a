import type { z } from 'zod';
import type { Ports } from '../core/deps.js';
import { FaceError } from '../errors.js';
import {
  type Call,
  type Definition,
  describe,
  type Endpoint,
  parseFields,
  type ReplyOf,
} from '../http/rest/endpoint.js';
import { type FoundSession, findSession } from './session.js';
import type { SessionAction } from './session-view.js';

/** Defines an endpoint for capture pages. The session is checked before the body is read. */
export function sessionEndpoint<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Omit<Definition<Fields, Reply, PhotoName>, 'admit'> & {
    readonly action: SessionAction;
    readonly deps: Ports<'state' | 'connections'>;
    handle(call: Call<z.output<Fields>, PhotoName> & { readonly session: FoundSession }): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...describe(definition),
    auth: { kind: 'session', action: definition.action },
    async admit({ session: sent }) {
      if (sent === null) throw new FaceError('caller_untrusted');
      const session = await findSession(sent, definition.action, definition.deps);
      return {
        sessionId: session.id,
        run: async (fields, call) =>
          definition.handle({ ...call, fields: parseFields(definition.fields, fields), session }),
      };
    },
  };
}
