import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { pageLink } from '../../core/page-link.js';
import { handOffReply, viewReply } from '../../core/page-protocol.js';
import { Credential } from '../../core/secrets.js';
import { nameBrowser } from '../../core/user-agent.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import type { FlowPorts } from '../flow.js';
import { chooseNumber, startHandOff } from '../hand-off.js';
import { sessionEndpoint } from '../session-endpoint.js';

export function createHandOffEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'issuer' | 'connections'> & FlowPorts,
): Endpoint[] {
  return [
    sessionEndpoint({
      deps,
      path: '/face/hand-off',
      action: 'start_hand_off',
      status: 201,
      summary: 'Use the camera of another device',
      description:
        'Returns a link that opens once; show it as a QR code with the number next to it. The person who opens the link has to choose that number from three. Returns `not_found` if the policy’s `handOff` does not allow it.',
      codes: ['not_found', 'locked_out'],
      reply: handOffReply,
      async handle({ session: shown, userAgent }) {
        // The description proves nothing, because an attacker can forge the user agent.
        const asking = nameBrowser(userAgent);
        const { ticket, code } = await startHandOff({ session: shown, asking }, deps);
        return {
          url: pageLink(
            deps.issuer,
            ticket.use((text) => new Credential(`handoff.${text}`)),
          ),
          code,
        };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/hand-off/choice',
      action: 'choose_number',
      summary: 'Choose the number on the other screen',
      description:
        'Call it once, on the phone of a hand-off, before any other call. A wrong number, or `null` for none of the offered numbers, ends the step-up.',
      fields: z.strictObject({ number: z.string().max(8).nullable() }),
      reply: viewReply,
      handle: async ({ fields, session: shown }) => ({
        view: await chooseNumber({ session: shown, number: fields.number }, deps),
      }),
    }),
  ];
}
