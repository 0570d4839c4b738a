import { z } from 'zod';
import { Credential } from '../core/concealed.js';
import { reportNotMe } from '../core/notices/not-me.js';
import { tellHelpDesk } from '../core/notices/notice-sender.js';
import { emptyReply } from '../core/step-up/page-protocol.js';
import { toCode } from '../errors.js';
import type { ApiDeps } from '../rest/deps.js';
import { type Endpoint, openEndpoint } from '../rest/endpoint.js';

/** Somebody who got a notice says that it was not they. */
export function createNotMeEndpoints(deps: ApiDeps): Endpoint[] {
  return [
    openEndpoint({
      ...({ versions: [1, 2], tag: 'Capture page', ours: true, status: 200, photos: {} } as const),
      method: 'POST',
      path: '/face/not-me',
      summary: 'Report an action as not one’s own',
      description:
        'With the secret of a notice’s link: ends the enrolment of whoever got it, the step-ups that wait for them and, where the provider does that, their sessions; and tells the help desk. Once. Loading the page does nothing, as programs that look through mail follow links.',
      codes: ['step_up_unknown', 'connection_unknown', 'subject_unknown', 'profile_unavailable'],
      fields: z.strictObject({ secret: z.string().min(1).max(64).describe('What stands after the `#` of the link.') }),
      reply: emptyReply,
      async handle({ fields }) {
        const { connection, ...reported } = await reportNotMe(new Credential(fields.secret), deps);
        const found = deps.connections.get(connection);
        // It has been done, and is on record: that nobody could be told is for the log.
        if (found !== undefined)
          await tellHelpDesk(found, reported, deps).catch((error: unknown) => {
            deps.log.error('help desk not told', { connection, code: toCode(error) });
          });
        return {};
      },
    }),
  ];
}
