import { z } from 'zod';
import type { CoreDeps, Ports } from '../core/deps.js';
import { emptyReply, notMeReply } from '../core/page-protocol.js';
import { Credential } from '../core/secrets.js';
import { toCode } from '../errors.js';
import { type Endpoint, openEndpoint } from '../http/rest/endpoint.js';
import { findNotMe, reportNotMe } from './not-me.js';
import { notifyHelpDesk } from './sender.js';

export function createNotMeEndpoints(deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery'>): Endpoint[] {
  const common = {
    tag: 'Capture page',
    fields: z.strictObject({ secret: z.string().min(1).max(64).describe('Part of the link after the `#`.') }),
  } as const;
  return [
    openEndpoint({
      ...common,
      path: '/face/not-me/about',
      summary: 'Name the organization of a notification',
      description: 'Takes the secret of the link in a notification. Changes nothing.',
      codes: ['step_up_unknown', 'connection_unknown'],
      reply: notMeReply,
      async handle({ fields }) {
        const { connection, found } = await findNotMe(new Credential(fields.secret), deps);
        const { organisation } = await deps.brandOf(connection);
        return { organisation, endsEnrolment: found.record.endsEnrolment };
      },
    }),
    openEndpoint({
      ...common,
      path: '/face/not-me',
      summary: 'Report an action as unauthorized',
      description:
        'Takes the secret of the link in a notification. Ends the enrolment of its recipient, their pending step-ups and, if the provider supports it, their sessions, and notifies the help desk. For a notification of failed checks, it only notifies the help desk. Works once. Loading the page has no effect, because mail scanners follow links.',
      codes: ['step_up_unknown', 'connection_unknown', 'subject_unknown', 'profile_unavailable'],
      reply: emptyReply,
      async handle({ fields }) {
        const { connection, ...reported } = await reportNotMe(new Credential(fields.secret), deps);
        const found = deps.connections.get(connection);
        // A failed notification is only logged.
        if (found !== undefined)
          await notifyHelpDesk(found, reported, deps).catch((error: unknown) => {
            deps.log.error('help desk notification failed', { connection, code: toCode(error) });
          });
      },
    }),
  ];
}
