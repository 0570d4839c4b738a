import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { handOffReply, viewReply } from '../../core/page-protocol.js';
import { Credential } from '../../core/secrets.js';
import { nameBrowser } from '../../core/user-agent.js';
import type { FaceErrorCode } from '../../errors.js';
import { pageLink } from '../../http/page-link.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import { chooseNumber, startHandOff } from '../hand-off.js';
import type { InitiatingBrowser } from '../record.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { toViewReply } from '../session-view.js';

/*
 * Describes the browser that started a hand-off, for the person with the phone. The description proves nothing, because
 * an attacker can forge the user agent and choose a network.
 */

/**
 * Returns browser and system from `User-Agent`, and the network.
 * @param call.source - IPv4 address or IPv6 network
 */
export function describeBrowser({
  userAgent,
  source,
}: {
  readonly userAgent: string | null;
  readonly source: string;
}): InitiatingBrowser {
  return { ...nameBrowser(userAgent), network: toNetwork(source) };
}

/** Returns a /24 or /48 network, which identifies no one. */
function toNetwork(source: string): string | null {
  const [, ipv4] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source) ?? [];
  if (ipv4 !== undefined) return `${ipv4}.0/24`;
  const [groups = '', ...rest] = source.split('::');
  if (rest.length !== 1 || !/^[\da-f:]+$/.test(groups)) return null;
  const [first, second = '0', third = '0'] = groups.split(':');
  return `${first}:${second}:${third}::/48`;
}

const session: readonly FaceErrorCode[] = ['step_up_unknown', 'step_up_finished'];

export function createHandOffEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'issuer' | 'connections'>,
): Endpoint[] {
  const common = {
    versions: [1, 2],
    tag: 'Capture page',
    isExtension: true,
    method: 'POST',
    photos: {},
    deps,
  } as const;
  return [
    sessionEndpoint({
      ...common,
      path: '/face/hand-off',
      action: 'start_hand_off',
      status: 201,
      summary: 'Use the camera of another device',
      description:
        'Returns a link that opens once; show it as a QR code with the number next to it. The person who opens the link has to choose that number from three. Returns `not_found` if the policy’s `handOff` does not allow it.',
      codes: [...session, 'not_found', 'locked_out'],
      fields: z.strictObject({}),
      reply: handOffReply,
      async handle({ session: shown, userAgent, source }) {
        const asking = describeBrowser({ userAgent, source });
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
      ...common,
      path: '/face/hand-off/choice',
      action: 'choose_number',
      status: 200,
      summary: 'Choose the number on the other screen',
      description:
        'Call it once, on the phone of a hand-off, before any other call. A wrong number, or `null` for none of the offered numbers, ends the step-up.',
      codes: session,
      fields: z.strictObject({ number: z.string().max(8).nullable() }),
      reply: viewReply,
      handle: async ({ fields, session: shown }) => ({
        view: toViewReply(await chooseNumber({ session: shown, number: fields.number }, deps)),
      }),
    }),
  ];
}
