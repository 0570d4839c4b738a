import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { endLinks, type Link, readLinks, toLinkReply } from '../../core/links/links.js';
import { emptyReply } from '../../core/page-protocol.js';
import { type Endpoint, sessionEndpoint } from '../../http/rest/endpoint.js';
import { managedRef } from '../../step-up/current-enrolment.js';
import { linksReply, type ShownLink } from '../../step-up/home-protocol.js';

const toShown = (link: Link, { connections }: Ports<'connections'>): ShownLink => ({
  ...toLinkReply(link),
  name: connections.get(link.other.connection)?.policy.organisation ?? link.other.connection,
});

export function createLinkEndpoints(deps: Ports<'state' | 'clock' | 'audit' | 'connections'>): Endpoint[] {
  const common = {
    ...({ versions: [1, 2], tag: 'Capture page', ours: true, status: 200, photos: {} } as const),
    codes: ['step_up_unknown', 'step_up_finished'] as const,
    deps,
  };
  return [
    sessionEndpoint({
      ...common,
      method: 'GET',
      path: '/face/links',
      action: 'read_links',
      summary: 'List the linked accounts of the person',
      description: 'Needs the session of a link with the purpose `manage`.',
      fields: z.strictObject({}),
      reply: linksReply,
      async handle({ session }) {
        const links = await readLinks(managedRef(session, deps), deps);
        return { links: links.map((link) => toShown(link, deps)) };
      },
    }),
    sessionEndpoint({
      ...common,
      method: 'POST',
      path: '/face/links/end',
      action: 'end_link',
      summary: 'End the link to an account elsewhere',
      description: 'After this, applications receive no claims from that account. Ending an ended link succeeds.',
      fields: z.strictObject({ connection: z.string().min(1).max(100).describe('Id of the link, as in the list.') }),
      reply: emptyReply,
      async handle({ session, fields }) {
        await endLinks(managedRef(session, deps), { connection: fields.connection }, deps);
        return {};
      },
    }),
  ];
}
