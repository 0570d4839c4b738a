import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { kioskLink } from '../../core/page-link.js';
import { kioskReply } from '../../core/page-protocol.js';
import { Credential } from '../../core/secrets.js';
import { joinTicket } from '../../core/tickets.js';
import { clientEndpoint, type Endpoint, openEndpoint } from '../../http/rest/endpoint.js';
import { kioskIdGuard, registerKiosk, takeNextAtKiosk } from '../kiosk.js';

export function createKioskEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'issuer'>): Endpoint[] {
  return [
    clientEndpoint({
      path: '/kiosks',
      status: 201,
      tag: 'Step-up',
      scope: 'verify',
      summary: 'Register a kiosk',
      description:
        'Open `url` on the device, once, and leave it open. Then start step-ups with `kiosk` in `POST /step-ups`. The registration is valid for a year.',
      fields: z.strictObject({ name: z.string().min(1).max(100) }),
      reply: z.strictObject({ id: z.string(), url: z.string() }),
      async handle({ fields, client }) {
        const { id, secret } = await registerKiosk({ name: fields.name, tenant: client.tenant }, deps);
        return { id, url: joinTicket(id, secret).use((text) => `${kioskLink(deps.issuer)}#${text}`) };
      },
    }),
    openEndpoint({
      path: '/face/kiosk/next',
      tag: 'Capture page',
      summary: 'Get the ticket of the next person at a kiosk',
      description:
        'Each ticket is returned once; `null` if no person is assigned. If the reply has a `page`, the kiosk posts the ticket to that page. Ends the session of the previous person at the kiosk.',
      codes: ['caller_untrusted', 'step_up_opened', 'step_up_unknown'],
      fields: z.strictObject({ kiosk: kioskIdGuard, secret: z.string().min(1).max(256) }),
      reply: kioskReply,
      async handle({ fields }) {
        const next = await takeNextAtKiosk({ kiosk: fields.kiosk, secret: new Credential(fields.secret) }, deps);
        return { ticket: next === null ? null : next.ticket.use((text) => text), page: next?.page ?? null };
      },
    }),
  ];
}
