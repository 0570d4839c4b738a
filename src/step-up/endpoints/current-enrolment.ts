import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { emptyReply, enrolmentReply, passkeyReply, viewReply } from '../../core/page-protocol.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import {
  mayEnrolHere,
  readCurrentEnrolment,
  renewCurrentEnrolment,
  revokeCurrentEnrolment,
} from '../current-enrolment.js';
import type { FlowPorts } from '../flow.js';
import { addPasskey, removePasskey } from '../own-passkey.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { askForPasskey } from '../user-secret.js';
import { passkeyField } from './challenges.js';

export function createPasskeyEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'passkeys' | 'settings' | 'connections'> & FlowPorts,
): Endpoint[] {
  const changing = {
    deps,
    codes: ['not_found', 'secret_missing', 'locked_out'],
    reply: emptyReply,
  } as const;
  return [
    sessionEndpoint({
      status: 201,
      path: '/face/passkey',
      action: 'start_passkey',
      summary: 'Begin the WebAuthn ceremony of a challenge',
      description:
        'Replaces an earlier ceremony; its response is valid once, for ten minutes. `create` makes a credential at an enrolment or on the own page; `get` uses it. For a person without a credential, the options are indistinguishable from others.',
      codes: ['consent_missing', 'not_found'],
      deps,
      reply: passkeyReply,
      handle: ({ session }) => askForPasskey(session, deps),
    }),
    sessionEndpoint({
      ...changing,
      path: '/face/passkey/add',
      action: 'add_passkey',
      summary: 'Add the passkey for sign-ins of the person',
      description:
        'Needs the session of a link with the purpose `manage` that a face check opened (`mayChangePasskey`). Replaces an earlier passkey.',
      fields: z.strictObject({ passkey: passkeyField }),
      handle: ({ session, fields }) => addPasskey(session, fields.passkey, deps),
    }),
    sessionEndpoint({
      ...changing,
      path: '/face/passkey/remove',
      action: 'remove_passkey',
      summary: 'Remove the passkey for sign-ins of the person',
      description: 'As for adding one. Removing a missing passkey succeeds.',
      handle: ({ session }) => removePasskey(session, deps),
    }),
  ];
}

export function createCurrentEnrolmentEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings' | 'connections'> & FlowPorts,
): Endpoint[] {
  const common = {
    codes: ['subject_unknown', 'profile_unavailable', 'token_malformed'],
    deps,
  } as const;
  return [
    sessionEndpoint({
      ...common,
      method: 'GET',
      path: '/face/enrolment',
      action: 'read_enrolment',
      summary: 'Get the enrolment of the person',
      description: 'Needs the session of a link with the purpose `manage`.',
      reply: enrolmentReply,
      async handle({ session }) {
        const current = await readCurrentEnrolment(session, deps);
        return { enrolment: current, mayRenew: await mayEnrolHere(session, deps) };
      },
    }),
    sessionEndpoint({
      ...common,
      path: '/face/enrolment/revoke',
      action: 'revoke_enrolment',
      summary: 'End the enrolment of the person',
      description: 'Revokes the token, clears the attribute, and records the withdrawal of the consent.',
      reply: emptyReply,
      handle: ({ session }) => revokeCurrentEnrolment(session, deps),
    }),
    sessionEndpoint({
      ...common,
      path: '/face/enrolment/renew',
      action: 'renew_enrolment',
      summary: 'Replace the enrolment of the person',
      codes: [...common.codes, 'not_found'],
      description:
        'The previous token stays valid until the new one is written. Returns `not_found` if the person may not enrol here: they only signed in or have only a link, and the connection asks for more (`policy.replaceFace`, `policy.whenNotEnrolled`).',
      reply: viewReply,
      handle: async ({ session }) => ({ view: await renewCurrentEnrolment(session, deps) }),
    }),
  ];
}
