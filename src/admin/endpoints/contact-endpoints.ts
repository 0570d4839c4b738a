import { z } from 'zod';
import { letterLanguages } from '../../core/language.js';
import { toIso } from '../../core/units.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { clientEndpoint, type Endpoint, openEndpoint } from '../../http/rest/endpoint.js';
import { emailField, phoneField } from '../../http/rest/fields.js';
import { instantReply } from '../../http/rest/replies/instant.js';
import { sendCodes, verifyCodes } from './contacts.js';

const codeField = z
  .string()
  .regex(/^\d{6}$/)
  .describe('Six digits.');

/** Creates the v2 endpoints to verify an e-mail address together with a phone number. */
export function createContactEndpoints(
  deps: ApiPorts<'state' | 'clock' | 'random' | 'delivery' | 'settings' | 'contactCodes' | 'brands'>,
): Endpoint[] {
  const common = {
    method: 'POST',
    versions: [2],
    tag: 'Contacts',
    status: 200,
    ours: false,
    photos: {},
  } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/new-credentials',
      scope: null,
      summary: 'Send a code by e-mail and another by SMS',
      description:
        'Needs a client token (ours), so that anonymous callers cannot make the server send messages. Only for phone numbers of the countries in `contactCodes.countries`; without any, the endpoint returns `not_found`. Limits: 5 a day to one address, 200 an hour for one application or client token (ours). The reply is the same for every address.',
      codes: ['locked_out', 'delivery_failed', 'not_found'],
      fields: z.strictObject({
        email: emailField,
        phone: phoneField,
        language: z.enum(letterLanguages).default('en').describe('Language of both messages (ours).'),
      }),
      reply: z.strictObject({ id: z.string().describe('Send it back with the codes.'), expiresAt: instantReply }),
      async handle({ fields: { language, ...contact }, client }) {
        const { id, expiresAt } = await sendCodes({ contact, client, language }, deps);
        return { id, expiresAt: toIso(expiresAt) };
      },
    }),
    openEndpoint({
      ...common,
      path: '/authenticate-credentials',
      summary: 'Verify both codes',
      description: 'Both must be correct, within ten minutes and five attempts (ours). They work once.',
      codes: ['code_wrong', 'not_found'],
      fields: z.strictObject({ id: z.string().min(1).max(64), emailCode: codeField, phoneCode: codeField }),
      reply: z.strictObject({}),
      async handle({ fields }) {
        await verifyCodes(fields, deps);
        return {};
      },
    }),
  ];
}
