import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { passkeyReply } from '../../core/page-protocol.js';
import { type Endpoint, sessionEndpoint } from '../../http/rest/endpoint.js';
import { askForPasskey } from '../../step-up/user-secret.js';

export function createPasskeyEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys' | 'connections'>,
): Endpoint[] {
  return [
    sessionEndpoint({
      ...({ versions: [1, 2], tag: 'Capture page', ours: true, method: 'POST', status: 201 } as const),
      path: '/face/passkey',
      action: 'start_passkey',
      summary: 'Begin the WebAuthn ceremony of a challenge',
      description:
        'Replaces an earlier ceremony; its response is valid once, for ten minutes. `create` makes a credential at enrolment; `get` uses the enrolled credential. For a person without a credential, the options are indistinguishable from others.',
      codes: ['step_up_unknown', 'step_up_finished', 'consent_missing', 'not_found'],
      photos: {},
      fields: z.strictObject({}),
      deps,
      reply: passkeyReply,
      async handle({ session }) {
        const { ceremony, options } = await askForPasskey(session, deps);
        return { ceremony, options };
      },
    }),
  ];
}
