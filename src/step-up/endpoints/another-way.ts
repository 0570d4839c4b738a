import { z } from 'zod';
import type { CoreDeps, Ports } from '../../core/deps.js';
import { supportedLanguages } from '../../core/language.js';
import { anotherWayReply, receiptReply, recoveryCodesReply, sentCodeReply } from '../../core/page-protocol.js';
import { Credential } from '../../core/secrets.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import { passAnotherWay, renewRecoveryCodes, sendCode } from '../another-way.js';
import { takeReceipt } from '../complete.js';
import type { FlowPorts } from '../flow.js';
import { viewSession } from '../session.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { toReceiptReply } from '../session-view.js';
import { passkeyField, toShownFrom } from './challenges.js';

const oneTimeCode = z.string().min(1).max(64).describe('Six digits; separators are ignored.');

const writtenCode = z
  .string()
  .min(1)
  .max(64)
  .transform((text) => new Credential(text))
  .describe('Twelve alphanumeric characters; separators are ignored.');

export function createAnotherWayEndpoints(
  deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery' | 'keys' | 'passkeys'> & FlowPorts,
): Endpoint[] {
  const session = ['connection_unknown', 'not_found'] as const;
  const passing = {
    deps,
    action: 'pass_another_way',
    codes: [...session, 'code_wrong', 'locked_out', 'key_service_unavailable'],
    reply: anotherWayReply,
  } as const;
  const pass = async (request: Parameters<typeof passAnotherWay>[0]) => {
    const { view, receipt } = await passAnotherWay(request, deps);
    return { view, receipt: toReceiptReply(receipt) };
  };
  return [
    sessionEndpoint({
      deps,
      path: '/face/another-way/send',
      action: 'send_code',
      status: 201,
      summary: 'Send a one-time code instead of a face check',
      description:
        'Sends the code to the address or number of the person at the identity provider; at most ten a day. Available if the policy allows it, after a first factor.',
      codes: [...session, 'locked_out', 'contact_missing', 'subject_unknown', 'profile_unavailable', 'delivery_failed'],
      fields: z.strictObject({
        channel: z.enum(['email', 'sms']),
        language: z.enum(supportedLanguages).default('en'),
      }),
      reply: sentCodeReply,
      handle: ({ fields, session: shown }) => sendCode({ session: shown, ...fields }, deps),
    }),
    sessionEndpoint({
      ...passing,
      path: '/face/another-way/code',
      summary: 'Verify a one-time code',
      description:
        'The code must be correct, within ten minutes and five attempts. It works once, only for the step-up that it was sent for.',
      fields: z.strictObject({ channel: z.enum(['email', 'sms']), id: z.string().min(1).max(64), code: oneTimeCode }),
      handle: ({ fields: { channel: way, id, code }, session: shown, ...request }) =>
        pass({ session: shown, given: { way, id, code }, shownFrom: toShownFrom(request, deps) }),
    }),
    sessionEndpoint({
      ...passing,
      path: '/face/another-way/recovery-code',
      summary: 'Use a recovery code',
      description: 'Takes one of the codes that the person received at enrolment. Each works once.',
      fields: z.strictObject({ code: writtenCode }),
      handle: ({ fields: { code }, session: shown, ...request }) =>
        pass({ session: shown, given: { way: 'recovery_code', code }, shownFrom: toShownFrom(request, deps) }),
    }),
    sessionEndpoint({
      ...passing,
      path: '/face/another-way/bypass-code',
      summary: 'Use a bypass code of the help desk',
      description:
        'Takes a code that was created for this person and connection. It works once and expires after a few minutes.',
      fields: z.strictObject({ code: writtenCode }),
      handle: ({ fields: { code }, session: shown, ...request }) =>
        pass({ session: shown, given: { way: 'bypass_code', code }, shownFrom: toShownFrom(request, deps) }),
    }),
    sessionEndpoint({
      ...passing,
      path: '/face/another-way/passkey',
      codes: [...passing.codes, 'secret_missing', 'subject_unknown', 'profile_unavailable'],
      summary: 'Use a passkey instead of the face',
      description:
        'Takes the response to a ceremony of `/face/passkey`. Available to a person with a passkey, after a first factor, if the rule for the sign-in has the outcome `passkey_or_face`.',
      fields: z.strictObject({ passkey: passkeyField }),
      handle: ({ fields: { passkey: answer }, session: shown, ...request }) =>
        pass({ session: shown, given: { way: 'passkey', answer }, shownFrom: toShownFrom(request, deps) }),
    }),
    sessionEndpoint({
      deps,
      path: '/face/recovery-codes',
      action: 'make_recovery_codes',
      status: 201,
      summary: 'Create new recovery codes',
      description:
        'Returns ten codes, shown only once. They replace all earlier codes. Available after an enrolment, while the page receives `recoveryCodesOffered`: the call can be repeated if the reply was lost, until the receipt is retrieved or the sign-in continues, and for at most fifteen minutes. Also available on the person’s own page if a face check opened it (`mayMakeCodes`).',
      codes: [...session, 'key_service_unavailable', 'locked_out'],
      reply: recoveryCodesReply,
      async handle({ session: shown }) {
        return { codes: (await renewRecoveryCodes(shown, deps)).map((code) => code.use((text) => text)) };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/receipt',
      action: 'take_receipt',
      summary: 'Get the receipt after the recovery codes',
      description:
        'Available if the page receives `receiptWaits`. The receipt is valid for two minutes from the first call. A repeated call returns the same receipt. Returns `null` after the time limit, or if the enrolment has ended.',
      codes: session,
      reply: receiptReply,
      async handle({ session: shown }) {
        const record = await takeReceipt(shown.id, deps);
        const { receipt } = viewSession({ ...shown, record }, deps);
        return { receipt: toReceiptReply(receipt) };
      },
    }),
  ];
}
